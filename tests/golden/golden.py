"""Turns a table of cases into golden lines: values, gradients and second gradients by PyTorch.

A *smooth* case is computed in float64 from inputs that float32 represents exactly, so that one
line is the truth for both floating types; its tensors of type "f" follow the type under test.
An *edge* case names every type and is computed in those types.
"""

import json
import math
import zlib
from dataclasses import dataclass, field

import numpy as np
import torch

import deviations

TYPES = {
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
    "i64": torch.int64,
    "i32": torch.int32,
    "u8": torch.uint8,
    "b": torch.bool,
}
NAMES = {t: n for n, t in TYPES.items()}
NAN, INF = math.nan, math.inf


@dataclass
class In:
    """An input: element type, shape, values in row-major order, whether it is differentiated."""

    type: str
    shape: tuple
    values: list | None
    grad: bool = False
    low: float = 0.0
    high: float = 0.0
    distinct: bool = False

    def drawn(self, seed):
        """Draws the values that the table left to chance."""
        if self.values is not None:
            if self.type != "f":
                return self
            return In("f", self.shape, [float(np.float32(v)) for v in self.values], self.grad)
        rng = np.random.default_rng(seed)
        n = int(np.prod(self.shape, dtype=int))
        if self.distinct:
            step = (self.high - self.low) / max(n, 1)
            values = self.low + step * (rng.permutation(n) + rng.uniform(0.3, 0.7, n))
        else:
            values = rng.uniform(self.low, self.high, n)
        return In(self.type, self.shape, [float(v) for v in values.astype(np.float32)], self.grad)

    def repeated(self):
        """The same input with every slice of dimension 0 made equal to the first."""
        if not self.shape or not self.values or self.shape[0] < 2:
            return self
        slice_ = self.values[: len(self.values) // self.shape[0]]
        return In(self.type, self.shape, slice_ * self.shape[0], self.grad)


def F(*shape, lo=-2.0, hi=2.0, grad=True):
    """Uniform floats."""
    return In("f", shape, None, grad, lo, hi)


def D(*shape, lo=-3.0, hi=3.0, grad=True):
    """Floats that are well apart from each other, in a random order."""
    return In("f", shape, None, grad, lo, hi, True)


def X(values, *shape, grad=True):
    """Given floats that follow the type under test."""
    return In("f", shape or (len(values),), list(values), grad)


def T(kind, values, *shape, grad=False):
    """Given values of a named type."""
    return In(kind, shape or (len(values),), list(values), grad)


def S(kind, value, grad=False):
    """A 0-d tensor of a named type."""
    return In(kind, (), [value], grad)


@dataclass
class Case:
    op: str
    name: str
    call: object
    inputs: list
    args: dict = field(default_factory=dict)
    strides: bool = False
    repeat: bool = False

    def smooth(self):
        return any(i.type == "f" for i in self.inputs)


def number(v, kind):
    """A JSON value: "f" and "f32" read back as float32, other floats as float64."""
    if kind in ("b", "i64", "i32", "u8"):
        return int(v)
    if math.isnan(v):
        return "NaN"
    if math.isinf(v):
        return "Infinity" if v > 0 else "-Infinity"
    return float(str(np.float32(v))) if kind in ("f", "f32", "f16", "bf16") else float(v)


def numbers(tensor, kind):
    tensor = tensor.detach()
    if tensor._is_zerotensor():
        tensor = torch.zeros(tensor.shape, dtype=tensor.dtype)
    flat = tensor.reshape(-1).tolist()
    return [number(v, kind) for v in flat]


def described(inp):
    out = {"t": inp.type, "s": list(inp.shape), "d": [number(v, inp.type) for v in inp.values]}
    if inp.grad:
        out["g"] = 1
    return out


def weights(seed, shape, smooth):
    """A fixed cotangent: ones for edge cases, so that NaN and infinity show what they are."""
    if not smooth:
        return torch.ones(shape, dtype=torch.float64)
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.25, 1.75, int(np.prod(shape, dtype=int)))
    return torch.tensor(values.astype(np.float32).astype(np.float64)).reshape(shape)


def tensors(case, inputs):
    made = []
    for i in inputs:
        dtype = torch.float64 if i.type == "f" else TYPES[i.type]
        made.append(torch.tensor(i.values, dtype=dtype).reshape(i.shape).requires_grad_(i.grad))
    return made


def outputs(case, made):
    out = case.call(made, case.args)
    return list(out) if isinstance(out, (tuple, list)) else [out]


def gradients(roots, at, vs, create):
    pairs = [(r, v) for r, v in zip(roots, vs) if r.requires_grad]
    if not pairs or not at:
        return [None] * len(at)
    return torch.autograd.grad(
        [r for r, _ in pairs], at, [v for _, v in pairs], create_graph=create, allow_unused=True
    )


def line(case):
    """The golden line of a case."""
    smooth = case.smooth()
    seed = zlib.crc32(f"{case.op}/{case.name}".encode())
    inputs = [i.drawn(seed + 7 * k) for k, i in enumerate(case.inputs)]
    if case.repeat:
        inputs = [i.repeated() for i in inputs]
    made = tensors(case, inputs)
    out = outputs(case, made)
    kinds = ["F" if smooth and o.dtype == torch.float64 else NAMES[o.dtype] for o in out]
    record = {"op": case.op, "case": case.name}
    if case.args:
        record["args"] = case.args
    record["in"] = [described(i) for i in inputs]
    record["out"] = []
    for o, k in zip(out, kinds):
        entry = {"t": "f" if k == "F" else k, "s": list(o.shape), "d": numbers(o, k)}
        if case.strides:
            entry["st"] = list(o.stride())
        record["out"].append(entry)
    at = [t for t in made if t.requires_grad]
    if at and any(o.requires_grad for o in out):
        differentiate(record, case, made, at, out, seed, smooth)
    return record


def differentiate(record, case, made, at, out, seed, smooth):
    vs = [weights(seed + 101 + k, o.shape, smooth).to(o.dtype) for k, o in enumerate(out)]
    first = list(gradients(out, at, vs, True))
    kind = lambda t: "F" if smooth else NAMES[t.dtype]
    if smooth:
        record["v"] = [
            numbers(v, "f") if o.requires_grad else None for v, o in zip(vs, out)
        ]
    by = iter(zip(at, first))
    record["grad"] = []
    for t in made:
        g = next(by)[1] if t.requires_grad else None
        record["grad"].append(None if g is None else numbers(g, kind(t)))
    if not smooth:
        return
    us = [weights(seed + 501 + k, t.shape, True) for k, t in enumerate(at)]
    us_iter = iter(us)
    record["u"] = [numbers(next(us_iter), "f") if t.requires_grad else None for t in made]
    pairs = [(g, u) for g, u in zip(first, us) if g is not None]
    second = gradients([g for g, _ in pairs], at, [u for _, u in pairs], False)
    by2 = iter(zip(at, second))
    record["second"] = []
    for t in made:
        h = next(by2)[1] if t.requires_grad else None
        record["second"].append(None if h is None else numbers(h, "F"))


def attempt(case):
    """The golden line, or none where PyTorch refuses the types of an edge case."""
    try:
        return line(case)
    except (RuntimeError, TypeError, IndexError, ValueError) as refused:
        if case.smooth():
            raise RuntimeError(f"{case.op}/{case.name}: {refused}") from refused
        return None


def write(path, cases):
    seen = set()
    with open(path, "w", encoding="utf-8") as file:
        head = {"torch": torch.__version__.split("+")[0], "family": path.stem}
        file.write(json.dumps(head) + "\n")
        for case in cases:
            key = (case.op, case.name)
            if key in seen:
                raise ValueError(f"two cases are called {key}")
            seen.add(key)
            record = attempt(case)
            if record is not None:
                record = deviations.apply(record)
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
    return len(seen)
