"""Cases of elementwise operations of one tensor."""

import torch
import torch.nn.functional as fn

from golden import F, INF, NAN, Case, T, X

SPECIAL = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.0, 20.0, -20.0]
LARGE = [100.0, -100.0, 1e5, -1e5]
INTEGERS = {"i64": [-3, -1, 0, 1, 2, 7], "i32": [-3, -1, 0, 1, 2, 7], "u8": [0, 1, 2, 255],
            "b": [0, 1]}

# name, PyTorch's function, interval away from kinks, values added to the special ones
PLAIN = [
    ("neg", torch.neg, -3, 3, LARGE),
    ("abs", torch.abs, 0.2, 3, LARGE),
    ("sign", torch.sign, 0.2, 3, LARGE),
    ("exp", torch.exp, -3, 3, LARGE),
    ("expm1", torch.expm1, -2, 2, LARGE + [1e-8, -1e-8]),
    ("log", torch.log, 0.2, 4, LARGE),
    ("log1p", torch.log1p, -0.7, 3, LARGE + [1e-8, -1e-8]),
    ("log2", torch.log2, 0.2, 4, LARGE),
    ("sqrt", torch.sqrt, 0.2, 4, LARGE),
    ("rsqrt", torch.rsqrt, 0.3, 4, LARGE),
    ("reciprocal", torch.reciprocal, 0.4, 3, LARGE),
    ("square", torch.square, -3, 3, LARGE),
    ("sin", torch.sin, -4, 4, LARGE),
    ("cos", torch.cos, -4, 4, LARGE),
    ("tan", torch.tan, -1.2, 1.2, LARGE),
    ("sinh", torch.sinh, -2, 2, LARGE),
    ("cosh", torch.cosh, -2, 2, LARGE),
    ("tanh", torch.tanh, -2, 2, LARGE),
    ("sigmoid", torch.sigmoid, -3, 3, LARGE),
    ("relu", torch.relu, -2, 2, LARGE),
    ("leakyRelu", fn.leaky_relu, -2, 2, LARGE),
    ("elu", fn.elu, -2, 2, LARGE),
    ("gelu", fn.gelu, -2, 2, LARGE),
    ("geluTanh", lambda x: fn.gelu(x, approximate="tanh"), -2, 2, LARGE),
    ("logSigmoid", fn.logsigmoid, -3, 3, LARGE),
    ("silu", fn.silu, -3, 3, LARGE),
    ("softplus", fn.softplus, -3, 3, LARGE),
    ("erf", torch.erf, -2, 2, LARGE),
    ("floor", torch.floor, 0.1, 0.9, LARGE),
    ("ceil", torch.ceil, 0.1, 0.9, LARGE),
    ("round", torch.round, 0.6, 1.4, LARGE),
    ("trunc", torch.trunc, 0.1, 0.9, LARGE),
    ("nanToNum", torch.nan_to_num, -2, 2, LARGE),
]
PREDICATES = [
    ("isnan", torch.isnan),
    ("isinf", torch.isinf),
    ("isfinite", torch.isfinite),
    ("logicalNot", torch.logical_not),
]
# name, PyTorch's function of tensor and arguments, arguments by case, interval
WITH_NUMBERS = [
    ("leakyRelu.slope", lambda x, a: fn.leaky_relu(x, a["slope"]),
     [{"slope": 0.2}, {"slope": 0}, {"slope": 1.5}], -2, 2),
    ("elu.alpha", lambda x, a: fn.elu(x, a["alpha"]), [{"alpha": 0.5}, {"alpha": 2}], -2, 2),
    ("softplus.beta", lambda x, a: fn.softplus(x, a["beta"], a["threshold"]),
     [{"beta": 2.0, "threshold": 1.0}, {"beta": 0.5, "threshold": 20}], -2, 2),
    ("clamp", lambda x, a: torch.clamp(x, a["min"], a["max"]),
     [{"min": -1, "max": 1}, {"min": -0.5, "max": 2.5}, {"min": 1.0, "max": -1.0}], -2, 2),
    ("clampMin", lambda x, a: torch.clamp_min(x, a["min"]), [{"min": 0}, {"min": -0.5}], -2, 2),
    ("clampMax", lambda x, a: torch.clamp_max(x, a["max"]), [{"max": 0}, {"max": 0.5}], -2, 2),
    ("nanToNum.values",
     lambda x, a: torch.nan_to_num(x, a["nan"], a["posinf"], a["neginf"]),
     [{"nan": 1.5, "posinf": 7.0, "neginf": -7.0}], -2, 2),
    ("pow.number", lambda x, a: torch.pow(x, a["n"]),
     [{"n": k} for k in (0, 1, 2, 3, -1, -2, 0.5, 1.5, -0.5, 2.0, 0.0)], 0.3, 3),
    ("add.number", lambda x, a: x + a["n"], [{"n": 2}, {"n": 2.5}], -2, 2),
    ("sub.number", lambda x, a: x - a["n"], [{"n": 2}, {"n": 2.5}], -2, 2),
    ("rsub", lambda x, a: a["n"] - x, [{"n": 2}, {"n": 2.5}], -2, 2),
    ("mul.number", lambda x, a: x * a["n"], [{"n": 3}, {"n": -2.5}, {"n": 0}], -2, 2),
    ("div.number", lambda x, a: x / a["n"], [{"n": 2}, {"n": -2.5}, {"n": 3}, {"n": 0}], 0.3, 2),
    ("remainder.number", lambda x, a: torch.remainder(x, a["n"]),
     [{"n": 2}, {"n": -1.5}], 0.1, 1.4),
    ("maximum.number", lambda x, a: torch.maximum(x, torch.tensor(a["n"])),
     [{"n": 0}, {"n": 0.5}], -2, 2),
    ("minimum.number", lambda x, a: torch.minimum(x, torch.tensor(a["n"])),
     [{"n": 1}, {"n": -0.5}], -2, 2),
    ("atan2.number", lambda x, a: torch.atan2(x, torch.tensor(a["n"])),
     [{"n": 2}, {"n": -1.5}], -2, 2),
] + [
    (f"{name}.number", lambda x, a, op=op: op(x, a["n"]), [{"n": 1}, {"n": 0.5}], -2, 2)
    for name, op in [("eq", torch.eq), ("ne", torch.ne), ("lt", torch.lt), ("le", torch.le),
                     ("gt", torch.gt), ("ge", torch.ge)]
]


def smooth(op, call, low, high, args, tag, bare):
    one = lambda t, a: call(t[0], a)
    yield Case(op, f"cube{tag}", one, [F(2, 3, 2, lo=low, hi=high)], args)
    if bare:
        yield Case(op, "scalar", one, [F(lo=low, hi=high)], args)
        yield Case(op, "empty", one, [F(0, 3, lo=low, hi=high)], args)
        yield Case(op, "repeated", one, [F(3, 4, lo=low, hi=high)], args, repeat=True)
        if op in ("abs", "sign", "floor", "ceil", "trunc", "reciprocal"):
            yield Case(op, "negative", one, [F(2, 3, lo=-high, hi=-low)], args)


def special(op, call, extra, args, tag, differentiable):
    one = lambda t, a: call(t[0], a)
    for kind in ("f32", "f64"):
        values = SPECIAL + extra
        yield Case(op, f"special{tag}/{kind}", one, [T(kind, values, grad=differentiable)], args)
    for kind, values in INTEGERS.items():
        yield Case(op, f"integers{tag}/{kind}", one, [T(kind, values)], args)


def cases():
    for name, call, low, high, extra in PLAIN:
        plain = lambda x, a, call=call: call(x)
        yield from smooth(name, plain, low, high, {}, "", True)
        yield from special(name, plain, extra, {}, "", True)
    for name, call in PREDICATES:
        plain = lambda x, a, call=call: call(x)
        yield Case(name, "cube", lambda t, a, c=call: c(t[0]), [F(2, 3, 2, grad=False)])
        yield Case(name, "scalar", lambda t, a, c=call: c(t[0]), [F(grad=False)])
        yield Case(name, "empty", lambda t, a, c=call: c(t[0]), [F(0, 3, grad=False)])
        yield Case(name, "repeated", lambda t, a, c=call: c(t[0]), [F(3, 2, grad=False)],
                   repeat=True)
        yield from special(name, plain, [], {}, "", False)
    for name, call, variants, low, high in WITH_NUMBERS:
        for k, args in enumerate(variants):
            tag = "".join(f",{key}={value}" for key, value in args.items())
            if not (name == "div.number" and args["n"] == 0):
                yield from smooth(name, call, low, high, args, tag, k == 0)
            yield from special(name, call, [], args, tag, name[:2] not in
                               ("eq", "ne", "lt", "le", "gt", "ge"))
    negative = lambda t, a: torch.pow(t[0], a["n"])
    yield Case("pow.number", "negativeBase", negative, [X([-2.0, -1.5, -0.5])], {"n": 3})
    yield Case("pow.number", "negativeBaseFraction", negative,
               [T("f32", [-2.0, -1.5], grad=True)], {"n": 1.5})
    yield Case("exp", "cubeOfFour", lambda t, a: torch.exp(t[0]), [F(2, 1, 3, 2, 2, lo=-1, hi=1)])
