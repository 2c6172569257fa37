"""Runs statements such as `t3 = mul t0 t1` in PyTorch, and writes down what can be seen afterwards.

A statement is `[! ][results = ]word arguments`; `!` runs it under no_grad. Arguments are tensors `t3`,
numbers, lists `[0,1]` and `[t1,t2]`, shapes `<2,3>`, and literal indices `i<2>:0,1`. The Java tests read
the same text.
"""

import math
import re

import torch
import torch.nn.functional as fn

NUMBERS = {"f64": torch.float64, "f32": torch.float32, "i64": torch.int64, "b": torch.bool}
TYPES = {t: n for n, t in NUMBERS.items()}


def numbers(seed, count):
    """Distinct numbers between -1.2 and 1.2, none of them 0."""
    return [((seed * 13 + i * 11) % 37 - 18) / 16 + 1 / 32 for i in range(count)]


def shaped(sizes, seed):
    return torch.tensor(numbers(seed, math.prod(sizes)), dtype=torch.float64).reshape(sizes).clone()


def argument(text, tensors):
    """The value of one word of a statement."""
    if re.fullmatch(r"t\d+", text):
        return tensors[text]
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    if text.startswith("i<"):
        shape, values = text[1:].split(":")
        return torch.tensor(argument("[" + values + "]", tensors)).long().reshape(sizes(shape))
    if text.startswith("["):
        return [argument(t, tensors) for t in text[1:-1].split(",") if t]
    return sizes(text) if text.startswith("<") else text


def sizes(text):
    return tuple(int(t) for t in text[1:-1].split(",") if t)


FUNCTIONS = """neg abs exp tanh sigmoid sin cos relu square erf sign floor expm1 reciprocal add sub mul div
 maximum minimum atan2 lerp prod cumsum softmax log_softmax median mm mv dot bmm matmul transpose t permute
 movedim unsqueeze squeeze select narrow chunk split unbind diagonal flatten clone gt flip roll gather scatter
 scatter_add index_add index_select masked_select masked_fill detach pow clamp where cat stack max min amax
 amin logsumexp topk""".split()
METHODS = """neg_ abs_ exp_ tanh_ sigmoid_ sin_ cos_ relu_ square_ erf_ sign_ floor_ add_ sub_ mul_ div_ lerp_
 pow_ copy_ fill_ zero_ masked_fill_ clamp_ cumsum_ scatter_ scatter_add_ index_add_ detach_
 contiguous view reshape expand repeat""".split()


def function(name):
    return lambda *a: getattr(torch, name)(*a)


def method(name):
    return lambda t, *a: getattr(t, name)(*a)


WORDS = {name: function(name) for name in FUNCTIONS}
WORDS |= {name: method(name) for name in METHODS}
WORDS |= {
    "silu": fn.silu,
    "gelu": fn.gelu,
    "softplus": fn.softplus,
    "leaky_relu": fn.leaky_relu,
    "leaky_relu_": lambda t, s: fn.leaky_relu(t, s, inplace=True),
    "linear": fn.linear,
    "rsub": lambda t, k: torch.rsub(t, k),
    "add_alpha": lambda t, u, k: torch.add(t, u, alpha=k),
    "addcmul": lambda t, a, b, k: torch.addcmul(t, a, b, value=k),
    "addcdiv": lambda t, a, b, k: torch.addcdiv(t, a, b, value=k),
    "addcmul_": lambda t, a, b, k: t.addcmul_(a, b, value=k),
    "sum": lambda t, d=None, k=0: t.sum() if d is None else t.sum(d, keepdim=bool(k)),
    "mean": lambda t, d=None, k=0: t.mean() if d is None else t.mean(d, keepdim=bool(k)),
    "amax": lambda t, d, k=0: torch.amax(t, d, bool(k)),
    "var": lambda t, d: torch.var(t, d, correction=1),
    "std": lambda t, d: torch.std(t, d, correction=1),
    "norm": lambda t, p: torch.linalg.vector_norm(t, p),
    "sort": lambda t, d, down: torch.sort(t, d, bool(down)),
    "slice": lambda t, d, a, b, s: torch.ops.aten.slice.Tensor(t, d, a, b, s),
    "get": lambda t, *i: t[tuple(i)],
    "put": lambda t, v, *i: t.__setitem__(tuple(i), v) or t,
    "requires_grad_": lambda t, yes: t.requires_grad_(bool(yes)),
    "rows": lambda t, d: [t.select(d, i) for i in range(t.shape[d])],
    "pieces": lambda t, n, d: [t.narrow(d, i, min(n, t.shape[d] - i)) for i in range(0, t.shape[d], n)],
    "to": lambda t, name: t.to(NUMBERS[name]),
}


def digest(t):
    """A weighted sum of the elements, which tells permutations apart, or the bare element."""
    values = t.data.to(torch.float64).flatten().tolist()
    total = sum(v * (1 + (i * 7 % 11) / 8) for i, v in enumerate(values))
    if math.isnan(total) or math.isinf(total):
        return "nan" if math.isnan(total) else "inf" if total > 0 else "-inf"
    return f"{total:.10g}"


def seen(t, first):
    """Shape, type, elements, whether it requires grad, its node, and how often it was written since first seen."""
    written = t._version - first.setdefault(t.untyped_storage()._cdata, t._version)
    shape = ",".join(str(s) for s in t.shape)
    kind = "" if t.dtype == torch.float64 else TYPES[t.dtype]
    return f"<{shape}>{kind} {digest(t)} {'r' if t.requires_grad else '-'} {node(t)} v{written}"


def node(t):
    try:
        made = t.grad_fn
    except RuntimeError as e:
        return "!" + sentence(e).replace(" ", "_")
    if made is None:
        return "-"
    return f"{made.name().replace('torch::autograd::', '')}:{t.output_nr}"


def sentence(e):
    """The first sentence of an error."""
    text = str(e).split("\n")[0].replace("torch::autograd::", "")
    if "INTERNAL ASSERT" in text or "please report a bug" in text.lower():
        raise Crash(text)
    return re.split(r"\.(?:\s+(?=[A-Z])|$)", text)[0]


class Crash(Exception):
    """PyTorch failed in a way that is no answer."""
