"""Cases of elementwise operations of several tensors, and of promotion between types."""

import torch

from golden import F, INF, NAN, Case, S, T, X

SPECIAL = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 2.5, -2.0]
INTEGERS = {"i64": [-3, -1, 0, 1, 2, 5], "i32": [-3, -1, 0, 1, 2, 5], "u8": [0, 1, 2, 5],
            "b": [0, 1]}

# name, PyTorch's function, the operands' intervals away from kinks, differentiable
PAIRS = [
    ("add", lambda a, b: a + b, (-2, 2), (-2, 2), True),
    ("sub", lambda a, b: a - b, (-2, 2), (-2, 2), True),
    ("mul", lambda a, b: a * b, (-2, 2), (-2, 2), True),
    ("div", lambda a, b: a / b, (-2, 2), (0.5, 2), True),
    ("pow", torch.pow, (0.3, 2), (-2, 2), True),
    ("remainder", torch.remainder, (3.1, 3.4), (1.1, 1.4), True),
    ("maximum", torch.maximum, (-2, 0), (-1, 1), True),
    ("minimum", torch.minimum, (-2, 0), (-1, 1), True),
    ("atan2", torch.atan2, (-2, 2), (0.5, 2), True),
    ("eq", torch.eq, (-2, 2), (-2, 2), False),
    ("ne", torch.ne, (-2, 2), (-2, 2), False),
    ("lt", torch.lt, (-2, 2), (-2, 2), False),
    ("le", torch.le, (-2, 2), (-2, 2), False),
    ("gt", torch.gt, (-2, 2), (-2, 2), False),
    ("ge", torch.ge, (-2, 2), (-2, 2), False),
    ("logicalAnd", torch.logical_and, (-2, 2), (-2, 2), False),
    ("logicalOr", torch.logical_or, (-2, 2), (-2, 2), False),
    ("logicalXor", torch.logical_xor, (-2, 2), (-2, 2), False),
]
SHAPES = [
    ("same", (2, 3, 2), (2, 3, 2)),
    ("left", (3, 1), (2, 3, 4)),
    ("right", (2, 3, 2), (3, 1)),
    ("both", (3, 1), (1, 4)),
    ("rank", (2, 3), ()),
    ("scalars", (), ()),
    ("empty", (0, 3), (1, 3)),
    ("emptied", (2, 1), (2, 0)),
]
# Types of operands; a shape of () is a 0-d tensor, which yields within its category.
MIXED = [
    ("f32", (2,), "f64", (2,)), ("f64", (2,), "f32", (2,)), ("f32", (2,), "f64", ()),
    ("f64", (), "f32", (2,)), ("f32", (), "f64", (2,)), ("i64", (2,), "f32", (2,)),
    ("i64", (2,), "f32", ()), ("i64", (2,), "f64", ()), ("i64", (), "f32", (2,)),
    ("f32", (2,), "i64", ()), ("i32", (2,), "i64", (2,)), ("i32", (2,), "i64", ()),
    ("u8", (2,), "i32", (2,)), ("u8", (2,), "i32", ()), ("b", (2,), "i64", (2,)),
    ("b", (2,), "u8", (2,)), ("b", (2,), "f32", ()), ("b", (2,), "f64", (2,)),
    ("i32", (), "i64", ()), ("f32", (), "f64", ()), ("b", (), "f32", ()),
]
VALUES = {"f32": [1.5, 2.25], "f64": [0.1, 3.3], "i64": [3, 2], "i32": [2, 5], "u8": [7, 1],
          "b": [1, 0]}


def pair(op, call, name, a, b, args=None):
    return Case(op, name, lambda t, _: call(t[0], t[1]), [a, b], args or {})


def of_pairs(op, call, left, right, differentiable):
    for name, s, t in SHAPES:
        a = F(*s, lo=left[0], hi=left[1], grad=differentiable)
        b = F(*t, lo=right[0], hi=right[1], grad=differentiable)
        yield pair(op, call, name, a, b)
        if name == "same":
            yield Case(op, "repeated", lambda t, _: call(t[0], t[1]), [a, b], repeat=True)
            alone = F(*s, lo=left[0], hi=left[1], grad=False)
            if differentiable:
                yield pair(op, call, "onlyRight", alone, b)
    grid = [(x, y) for x in SPECIAL for y in SPECIAL]
    for kind in ("f32", "f64"):
        yield pair(op, call, f"special/{kind}",
                   T(kind, [x for x, _ in grid], grad=differentiable),
                   T(kind, [y for _, y in grid], grad=differentiable))
    for kind, values in INTEGERS.items():
        nonzero = [v for v in values if v] if op in ("remainder",) else values
        if op == "pow":
            nonzero = [v for v in values if v >= 0]
        grid = [(x, y) for x in values for y in nonzero]
        yield pair(op, call, f"integers/{kind}", T(kind, [x for x, _ in grid]),
                   T(kind, [y for _, y in grid]))
    for s, shape, t, other in MIXED:
        a = T(s, VALUES[s][: 2 if shape else 1], *shape) if shape else S(s, VALUES[s][0])
        b = T(t, VALUES[t][: 2 if other else 1], *other) if other else S(t, VALUES[t][0])
        name = f"mixed/{s}{'' if shape else '()'}-{t}{'' if other else '()'}"
        yield pair(op, call, name, a, b)


def promoted_gradients():
    """Each operand's gradient comes back in the operand's own type."""
    for op, call in (("add", torch.add), ("mul", torch.mul), ("div", torch.div)):
        yield pair(op, call, "gradientTypes",
                   T("f32", [1.5, 2.0], grad=True), T("f64", [0.25, 4.0], grad=True))
        yield pair(op, call, "gradientTypesInteger",
                   T("f32", [1.5, 2.0], grad=True), T("i64", [3, 4]))


def with_alpha():
    for op, call in (("add.alpha", torch.add), ("sub.alpha", torch.sub)):
        for alpha in (2, -0.5):
            run = lambda t, a, call=call: call(t[0], t[1], alpha=a["alpha"])
            yield Case(op, f"alpha={alpha}", run, [F(2, 3), F(3)], {"alpha": alpha})
        run = lambda t, a, call=call: call(t[0], t[1], alpha=a["alpha"])
        yield Case(op, "repeated", run, [F(2, 3), F(2, 3)], {"alpha": 3}, repeat=True)
        yield Case(op, "integers", run, [T("i64", [1, 2, 3]), T("i64", [4, 5, 6])], {"alpha": 3})
        yield Case(op, "scalar", run, [F(), F()], {"alpha": 2})


def ternary():
    mask = T("b", [1, 0, 1, 1, 0, 0], 2, 3)
    lerp = lambda t, a: torch.lerp(t[0], t[1], t[2])
    yield Case("lerp.tensor", "same", lerp, [F(2, 3), F(2, 3), F(2, 3, lo=0, hi=1)])
    yield Case("lerp.tensor", "broadcast", lerp, [F(2, 1), F(3), F(2, 3, lo=0, hi=1)])
    yield Case("lerp.tensor", "repeated", lerp, [F(2, 3), F(2, 3), F(2, 3)], repeat=True)
    yield Case("lerp.tensor", "ends", lerp, [
        T("f32", [1.0, 2.0, 3.0], grad=True), T("f32", [4.0, 1e8, INF], grad=True),
        T("f32", [0.0, 1.0, 0.5], grad=True)])
    weighted = lambda t, a: torch.lerp(t[0], t[1], a["weight"])
    for weight in (0.3, 0.75, 1, 0):
        yield Case("lerp.number", f"weight={weight}", weighted, [F(2, 3), F(3)],
                   {"weight": weight})
    yield Case("lerp.number", "empty", weighted, [F(0, 3), F(3)], {"weight": 0.25})
    yield Case("lerp.tensor", "empty", lerp, [F(0, 3), F(3), F()])
    yield Case("lerp.tensor", "scalar", lerp, [F(), F(), F()])
    yield Case("lerp.number", "repeated", weighted, [F(3, 2), F(3, 2)], {"weight": 0.25},
               repeat=True)
    for op, call in (("addcmul", torch.addcmul), ("addcdiv", torch.addcdiv)):
        three = lambda t, a, call=call: call(t[0], t[1], t[2])
        scaled = lambda t, a, call=call: call(t[0], t[1], t[2], value=a["value"])
        near = dict(lo=0.5, hi=2)
        yield Case(op, "same", three, [F(2, 3), F(2, 3), F(2, 3, **near)])
        yield Case(op, "repeated", three, [F(2, 3), F(2, 3), F(2, 3, **near)], repeat=True)
        yield Case(op, "broadcast", three, [F(2, 3), F(2, 1), F(3, **near)])
        yield Case(op, "scalar", three, [F(), F(), F(**near)])
        yield Case(op, "empty", three, [F(0, 3), F(1), F(3, **near)])
        yield Case(op + ".value", "repeated", scaled, [F(2, 3), F(2, 3), F(2, 3, **near)],
                   {"value": 3}, repeat=True)
        yield Case(op + ".value", "half", scaled, [F(2, 3), F(2, 3), F(2, 3, **near)],
                   {"value": 0.5})
        yield Case(op + ".value", "two", scaled, [F(2, 3), F(2, 3), F(2, 3, **near)],
                   {"value": -2})
    yield from choosing(mask)


def choosing(mask):
    method = lambda t, a: t[1].where(t[0], t[2])
    static = lambda t, a: torch.where(t[0], t[1], t[2])
    for op, call in (("where.method", method), ("where", static)):
        yield Case(op, "same", call, [mask, F(2, 3), F(2, 3)])
        yield Case(op, "repeated", call, [mask, F(2, 3), F(2, 3)], repeat=True)
        yield Case(op, "condition", call, [T("b", [1, 0], 2, 1), F(2, 3), F(3)])
        yield Case(op, "operands", call, [mask, F(), F(1, 3)])
        yield Case(op, "unselected", call, [
            T("b", [1, 0]), T("f32", [1.0, NAN], grad=True), T("f32", [INF, 2.0], grad=True)])
        yield Case(op, "promoted", call, [mask, T("i64", range(6), 2, 3), T("f32", [0.5])])
        yield Case(op, "integers", call, [mask, T("i64", range(6), 2, 3), T("i64", [-1])])
        yield Case(op, "empty", call, [T("b", [], 0, 3), F(1, 3), F(1)])
    number = lambda t, a: torch.where(t[0], t[1], a["n"])
    first = lambda t, a: torch.where(t[0], a["n"], t[1])
    yield Case("where.tensorNumber", "float", number, [mask, F(2, 3)], {"n": 0.5})
    yield Case("where.tensorNumber", "repeated", number, [mask, F(2, 3)], {"n": 1}, repeat=True)
    yield Case("where.numberTensor", "repeated", first, [mask, F(2, 3)], {"n": 1}, repeat=True)
    yield Case("where.tensorNumber", "integer", number, [mask, T("i64", range(6), 2, 3)],
               {"n": 7})
    method = lambda t, a: t[1].where(t[0], torch.tensor(a["n"]))
    yield Case("where.methodNumber", "float", method, [mask, F(2, 3)], {"n": 0.5})
    yield Case("where.methodNumber", "repeated", method, [mask, F(2, 3)], {"n": 2}, repeat=True)
    yield Case("where.methodNumber", "integer", method, [mask, T("i64", range(6), 2, 3)],
               {"n": 7})
    yield Case("where.numberTensor", "float", first, [mask, F(2, 3)], {"n": 0.5})
    yield Case("where.numberTensor", "integer", first, [mask, T("i64", range(6), 2, 3)],
               {"n": 7})
    for kind, value in (("float", -1.5), ("zero", 0)):
        filled = lambda t, a: t[0].masked_fill(t[1], a["n"])
        yield Case("maskedFill.number", kind, filled, [F(2, 3), mask], {"n": value})
    filled = lambda t, a: t[0].masked_fill(t[1], a["n"])
    yield Case("maskedFill.number", "broadcast", filled, [F(2, 3), T("b", [1, 0, 0])], {"n": 2})
    yield Case("maskedFill.number", "repeated", filled, [F(2, 3), mask], {"n": 2}, repeat=True)
    yield Case("maskedFill.number", "empty", filled, [F(0, 3), T("b", [1], 1)], {"n": 2})
    yield Case("maskedFill.number", "scalar", filled, [F(), S("b", 1)], {"n": 2})
    yield Case("maskedFill.number", "integers", filled, [T("i64", range(6), 2, 3), mask],
               {"n": 9})
    yield Case("maskedFill.number", "infinity", filled,
               [T("f32", [1.0, NAN, 2.0], grad=True), T("b", [0, 1, 1])], {"n": -1e38})
    tensor = lambda t, a: t[0].masked_fill(t[1], t[2])
    yield Case("maskedFill.tensor", "scalar", tensor, [F(2, 3), mask, F()])
    yield Case("maskedFill.tensor", "repeated", tensor, [F(2, 3), mask, F()], repeat=True)
    clamp = lambda t, a: torch.clamp(t[0], t[1], t[2])
    yield Case("clamp.tensors", "same", clamp, [
        X([-1.5, -0.2, 0.4, 1.7]), X([-1.0, -1.1, -0.9, -0.8]), X([1.0, 0.9, 1.2, 1.1])])
    yield Case("clamp.tensors", "repeated", clamp, [
        F(2, 3, lo=-0.5, hi=0.5), F(2, 3, lo=-1.5, hi=-1), F(2, 3, lo=1, hi=1.5)], repeat=True)
    yield Case("clamp.tensors", "broadcast", clamp,
               [X([-1.5, -0.2, 0.4, 1.7, 0.3, -3], 2, 3), X([-1.0, -0.9, -0.8]), F(lo=1, hi=1.2)])
    for kind in ("f32", "f64"):
        yield Case("clamp.tensors", f"special/{kind}", clamp, [
            T(kind, [-1.0, 1.0, NAN, 0.0, 2.0, INF, -INF], grad=True),
            T(kind, [-1.0, -1.0, -1.0, 1.0, NAN, -1.0, -1.0], grad=True),
            T(kind, [1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0], grad=True)])


def cases():
    for row in PAIRS:
        yield from of_pairs(*row)
    yield from promoted_gradients()
    yield from with_alpha()
    yield from ternary()
