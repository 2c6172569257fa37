"""Cases of copies, gathers, scatters and joins."""

import torch

from golden import INF, NAN, Case, F, S, T

I = "i64"


def of(op, call, inputs, args, name, **more):
    return Case(op, name, lambda t, a: call(t, a), inputs, args, **more)


def integers(*shape):
    count = 1
    for size in shape:
        count *= size
    return T("i64", range(1, count + 1), *shape)


def copies():
    repeat = lambda t, a: t[0].repeat(*a["times"])
    for times in ([2, 3], [1, 1], [2, 1, 3], [0, 2]):
        yield of("repeat", repeat, [F(2, 3)], {"times": times}, f"times={times}")
    yield of("repeat", repeat, [F()], {"times": [3]}, "scalar")
    yield of("repeat", repeat, [F(2, 3)], {"times": [2, 2]}, "repeated", repeat=True)
    yield of("repeat", repeat, [integers(2, 2)], {"times": [2, 1]}, "integers")
    flip = lambda t, a: t[0].flip(a["dims"])
    for dims in ([0], [-1], [0, 2], [0, 1, 2]):
        yield of("flip", flip, [F(2, 3, 2)], {"dims": dims}, f"dims={dims}")
    yield of("flip", flip, [F(3, 2)], {"dims": [1]}, "repeated", repeat=True)
    yield of("flip", flip, [F(0, 2)], {"dims": [1]}, "empty")
    yield of("flip", flip, [T("b", [1, 0, 0])], {"dims": [0]}, "booleans")
    yield of("repeat", repeat, [F(0, 2)], {"times": [2, 1]}, "empty")
    roll = lambda t, a: t[0].roll(a["shift"], a["dim"])
    for shift, dim in ((1, 0), (-1, 1), (5, 1), (0, 0), (-7, -1)):
        yield of("roll", roll, [F(2, 3, 4)], {"shift": shift, "dim": dim}, f"{shift},{dim}")
    yield of("roll", roll, [F(3, 2)], {"shift": 1, "dim": 1}, "repeated", repeat=True)
    yield of("clone", lambda t, a: t[0].clone(), [F(2, 3)], {}, "matrix")
    yield of("clone", lambda t, a: t[0].clone(), [F()], {}, "scalar")
    yield of("clone", lambda t, a: t[0].clone(), [F(0, 2)], {}, "empty")
    yield of("clone", lambda t, a: t[0].clone(), [F(3, 2)], {}, "repeated", repeat=True)
    yield of("clone", lambda t, a: t[0].clone(), [T("b", [1, 0])], {}, "booleans")
    yield of("contiguous", lambda t, a: t[0].contiguous(), [F(2, 3)], {}, "matrix")
    yield of("contiguous", lambda t, a: t[0].contiguous(), [F(3, 2)], {}, "repeated", repeat=True)
    yield of("copy", lambda t, a: t[0].clone().copy_(t[1]), [F(2, 3), F(2, 3)], {}, "same")
    yield of("copy", lambda t, a: t[0].clone().copy_(t[1]), [F(2, 3), F(3)], {}, "broadcast")
    yield of("copy", lambda t, a: t[0].clone().copy_(t[1]), [F(2, 3), F(2, 3)], {}, "repeated",
             repeat=True)
    yield of("copy", lambda t, a: t[0].clone().copy_(t[1]),
             [T("f32", [1.0, 2.0]), T("f64", [0.1, 3.0], grad=True)], {}, "converts")
    yield of("copy", lambda t, a: t[0].clone().copy_(t[1]),
             [T("i64", [1, 2, 3]), T("f32", [1.9, -1.9, 7.0])], {}, "truncates")
    for n in (2, 0.5):
        yield of("fill", lambda t, a: t[0].clone().fill_(a["n"]), [F(2, 3)], {"n": n}, f"n={n}")
    yield of("fill", lambda t, a: t[0].clone().fill_(a["n"]), [F(2, 3)], {"n": 1}, "repeated",
             repeat=True)
    yield of("fill", lambda t, a: t[0].clone().fill_(a["n"]), [integers(2)], {"n": 3}, "integers")
    yield of("zero", lambda t, a: t[0].clone().zero_(), [F(2, 3)], {}, "matrix")
    yield of("zero", lambda t, a: t[0].clone().zero_(), [F(2, 3)], {}, "repeated", repeat=True)


def casts():
    values = {"f32": [0.0, -0.0, 1.9, -1.9, 1e-8, 300.0], "f64": [0.1, -2.5, 0.0, 3.7, 1e5, -1.0],
              "i64": [0, 1, -2, 300, 2**40, -1], "i32": [0, 1, -2, 300, 7, -1],
              "u8": [0, 1, 255, 128], "b": [0, 1]}
    types = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "i32": torch.int32,
             "u8": torch.uint8, "b": torch.bool}
    for source, row in values.items():
        for target, dtype in types.items():
            kept = [v for v in row if v >= 0] if target == "u8" else row
            kept = [v for v in kept if v < 256] if target == "u8" and source[0] == "f" else kept
            run = lambda t, a, dtype=dtype: t[0].to(dtype)
            grad = source[0] == "f" and target[0] == "f" and source != target
            yield of("to", run, [T(source, kept, grad=grad)], {"dtype": target},
                     f"{source}-{target}")
    for shape, name in (((2, 3), "matrix"), ((), "scalar"), ((0, 3), "empty")):
        count = int(torch.Size(shape).numel())
        yield of("to", lambda t, a: t[0].to(torch.float64),
                 [T("f32", [0.5] * count, *shape, grad=True) if shape else S("f32", 0.5, True)],
                 {"dtype": "f64"}, name)
    special = [NAN, INF, -INF, 0.0, -0.0]
    for source, target in (("f32", "f64"), ("f64", "f32"), ("f32", "b"), ("f64", "b")):
        run = lambda t, a: t[0].to(types[a["dtype"]])
        yield of("to", run, [T(source, special)], {"dtype": target}, f"special/{source}-{target}")


def lookups():
    gather = lambda t, a: t[0].gather(a["dim"], t[1])
    for name, dim, index, inp in (
            ("rows", 0, T(I, [0, 2, 1, 0, 1, 1], 2, 3), F(3, 3)),
            ("columns", 1, T(I, [0, 2, 1, 1], 2, 2), F(3, 3)),
            ("duplicates", -1, T(I, [1, 1, 1, 0], 1, 4), F(2, 3)),
            ("vector", 0, T(I, [2, 0]), F(3)),
            ("empty", 0, T(I, [], 0, 3), F(3, 3)),
            ("cube", 1, T(I, [0, 1, 2, 0, 1, 1, 2, 2], 2, 2, 2), F(2, 3, 2))):
        yield of("gather", gather, [inp, index], {"dim": dim}, name)
    yield of("gather", gather, [F(3, 3), T(I, [0, 1], 2, 1)], {"dim": 1}, "repeated", repeat=True)
    yield of("gather", gather, [integers(2, 3), T(I, [0, 2], 2, 1)], {"dim": 1}, "integers")
    pick = lambda t, a: t[0].index_select(a["dim"], t[1])
    for name, dim, index in (("rows", 0, [2, 0]), ("columns", 1, [1, 1, 0]), ("last", -1, [0]),
                             ("none", 0, [])):
        yield of("indexSelect", pick, [F(3, 2, 2), T(I, index)], {"dim": dim}, name)
    yield of("indexSelect", pick, [F(3, 2), T(I, [0, 1, 1])], {"dim": 1}, "repeated", repeat=True)
    yield of("indexSelect", pick, [integers(3, 2), T(I, [2])], {"dim": 0}, "integers")
    masked = lambda t, a: t[0].masked_select(t[1])
    yield of("maskedSelect", masked, [F(2, 3), T("b", [1, 0, 1, 0, 1, 1], 2, 3)], {}, "same")
    yield of("maskedSelect", masked, [F(2, 3), T("b", [1, 0, 1])], {}, "broadcast")
    yield of("maskedSelect", masked, [F(3), T("b", [1, 0], 2, 1)], {}, "stretched")
    yield of("maskedSelect", masked, [F(3), T("b", [0, 0, 0])], {}, "none")
    yield of("maskedSelect", masked, [F(0, 3), T("b", [1, 0, 0])], {}, "empty")
    yield of("maskedSelect", masked, [F(), S("b", 1)], {}, "scalar")
    yield of("gather", gather, [F(), S(I, 0)], {"dim": 0}, "scalar")
    yield of("indexSelect", pick, [F(), T(I, [0])], {"dim": 0}, "scalar")
    yield of("maskedSelect", masked, [F(3, 2), T("b", [1, 0, 1, 0, 1, 1], 3, 2)], {}, "repeated",
             repeat=True)
    embed = lambda t, a: torch.nn.functional.embedding(t[1], t[0])
    yield of("embedding", embed, [F(4, 3), T(I, [1, 3, 1])], {}, "vector")
    yield of("embedding", embed, [F(4, 3), T(I, [1, 3, 0, 0], 2, 2)], {}, "matrix")
    yield of("embedding", embed, [F(4, 3), S(I, 2)], {}, "scalar")
    yield of("embedding", embed, [F(4, 3), T(I, [1, 2])], {}, "repeated", repeat=True)


def scatters():
    put = lambda t, a: t[0].scatter(a["dim"], t[1], t[2])
    number = lambda t, a: t[0].scatter(a["dim"], t[1], a["n"])
    add = lambda t, a: t[0].scatter_add(a["dim"], t[1], t[2])
    table = (
        ("rows", 0, T(I, [0, 2, 1, 1], 2, 2), F(3, 3), F(2, 2)),
        ("columns", 1, T(I, [0, 2, 1, 0], 2, 2), F(3, 3), F(2, 2)),
        ("longerSource", -1, T(I, [0, 2], 1, 2), F(2, 3), F(2, 3, grad=False)),
        ("vector", 0, T(I, [2, 0]), F(4), F(2)),
        ("empty", 0, T(I, [], 0), F(4), F(0)),
        ("cube", 1, T(I, [0, 2, 1, 0], 2, 1, 2), F(2, 3, 2), F(2, 1, 2)))
    for name, dim, index, x, source in table:
        yield of("scatter", put, [x, index, source], {"dim": dim}, name)
        yield of("scatter.number", number, [x, index], {"dim": dim, "n": 1.5}, name)
        yield of("scatterAdd", add, [x, index, source], {"dim": dim}, name)
    yield of("scatterAdd", add, [F(3), T(I, [1, 1, 0, 1]), F(4)], {"dim": 0}, "duplicates")
    for op, call in (("scatter", put), ("scatterAdd", add)):
        yield of(op, call, [integers(4), T(I, [2, 0]), T(I, [10, 20])], {"dim": 0}, "integers")
        yield of(op, call, [F(3, 2), T(I, [0, 1, 1, 0], 2, 2), F(2, 2)], {"dim": 1}, "repeated",
                 repeat=True)
    yield of("scatter.number", number, [integers(4), T(I, [2, 0])], {"dim": 0, "n": 7},
             "integers")
    yield of("scatter.number", number, [F(3, 2), T(I, [0, 1], 2, 1)], {"dim": 1, "n": 2},
             "repeated", repeat=True)
    plus = lambda t, a: t[0].index_add(a["dim"], t[1], t[2])
    for name, dim, index, source in (("rows", 0, [2, 0], F(2, 3)), ("columns", 1, [1, 2], F(3, 2)),
                                     ("duplicates", 0, [1, 1, 0], F(3, 3)),
                                     ("none", 0, [], F(0, 3))):
        yield of("indexAdd", plus, [F(3, 3), T(I, index), source], {"dim": dim}, name)
    yield of("indexAdd", plus, [F(3, 3), T(I, [0, 1]), F(2, 3)], {"dim": 0}, "repeated",
             repeat=True)
    yield of("indexAdd", plus, [integers(3), T(I, [1, 1]), T(I, [5, 6])], {"dim": 0}, "integers")


def joins():
    cat = lambda t, a: torch.cat(list(t), a["dim"])
    stack = lambda t, a: torch.stack(list(t), a["dim"])
    yield of("cat", cat, [F(2, 3), F(1, 3), F(3, 3)], {"dim": 0}, "rows")
    yield of("cat", cat, [F(2, 3), F(2, 1)], {"dim": 1}, "columns")
    yield of("cat", cat, [F(2, 3), F(2, 1)], {"dim": -1}, "last")
    yield of("cat", cat, [F(2, 3)], {"dim": 0}, "one")
    yield of("cat", cat, [F(2, 3), F(0, 3)], {"dim": 0}, "empty")
    yield of("cat", cat, [F(2, 3), F(0)], {"dim": 0}, "legacyEmpty")
    yield of("cat", cat, [F(2, 3), F(2, 2)], {"dim": 1}, "repeated", repeat=True)
    yield of("cat", cat, [F(2, 3, 2), F(2, 1, 2)], {"dim": 1}, "cube")
    yield of("cat", cat, [T("i64", [1, 2]), T("f32", [0.5])], {"dim": 0}, "promoted")
    yield of("cat", cat, [T("b", [1]), T("u8", [7])], {"dim": 0}, "promotedBool")
    yield of("cat", cat, [T("i64", [1, 2]), T("i64", [3])], {"dim": 0}, "integers")
    for dim in (0, 1, 2, -1, -3):
        yield of("stack", stack, [F(2, 3), F(2, 3)], {"dim": dim}, f"dim={dim}")
    yield of("stack", stack, [F(), F(), F()], {"dim": 0}, "scalars")
    yield of("stack", stack, [F(3, 2), F(3, 2)], {"dim": 1}, "repeated", repeat=True)
    yield of("stack", stack, [T("b", [1, 0]), T("b", [0, 0])], {"dim": 0}, "booleans")
    yield of("stack", stack, [T("i64", [1, 2]), T("f32", [0.5, 1.0])], {"dim": 0}, "promoted")


def cases():
    yield from copies()
    yield from casts()
    yield from lookups()
    yield from scatters()
    yield from joins()
