"""Cases of views, of pieces, and of subscripts read and written."""

import torch

from golden import F, Case, T

I = "i64"


def of(op, call, inputs, args, name, **more):
    return Case(op, name, lambda t, a: call(t[0], a), inputs, args, strides=True, **more)


def call_all(op, call, variants, shape=(2, 3, 2)):
    """One case per set of arguments, then a repeated and an integer one."""
    for args in variants:
        name = ",".join(f"{k}={v}" for k, v in args.items()) or "plain"
        yield of(op, call, [F(*shape)], args, name)
    args = variants[0]
    yield of(op, call, [F(*shape)], args, "repeated", repeat=True)
    count = 1
    for size in shape:
        count *= size
    yield of(op, call, [T("i64", range(count), *shape)], args, "integers")
    yield of(op, call, [T("b", [k % 2 for k in range(count)], *shape)], args, "booleans")


def shapes():
    view = lambda x, a: x.view(a["shape"])
    reshape = lambda x, a: x.reshape(a["shape"])
    targets = [{"shape": s} for s in ([6, 2], [-1], [3, -1], [2, 3, 1, 2], [12], [1, 2, 6])]
    yield from call_all("view", view, targets)
    yield from call_all("reshape", reshape, targets)
    for op, call in (("view", view), ("reshape", reshape)):
        yield of(op, call, [F()], {"shape": [1, 1]}, "scalar")
        yield of(op, call, [F(1, 1)], {"shape": []}, "toScalar")
        yield of(op, call, [F(0, 3)], {"shape": [3, 0]}, "empty")
    yield from call_all("flatten", lambda x, a: x.flatten(), [{}])
    yield of("flatten", lambda x, a: x.flatten(), [F()], {}, "scalar")
    yield from call_all("flatten.range", lambda x, a: x.flatten(a["start"], a["end"]),
                        [{"start": s, "end": e} for s, e in ((0, 1), (1, 2), (1, -1), (1, 1))])
    yield from call_all("squeeze", lambda x, a: x.squeeze(), [{}], (1, 3, 1))
    yield of("squeeze", lambda x, a: x.squeeze(), [F(3, 1, 2)], {}, "wide", repeat=True)
    yield of("squeeze.dim", lambda x, a: x.squeeze(a["dim"]), [F(3, 1, 2)], {"dim": 1}, "wide",
             repeat=True)
    yield from call_all("squeeze.dim", lambda x, a: x.squeeze(a["dim"]),
                        [{"dim": d} for d in (0, 1, 2, -1)], (1, 3, 1))
    yield of("squeeze.dim", lambda x, a: x.squeeze(a["dim"]), [F()], {"dim": 0}, "scalar")
    yield from call_all("unsqueeze", lambda x, a: x.unsqueeze(a["dim"]),
                        [{"dim": d} for d in (0, 1, 3, -1, -4)])
    yield of("unsqueeze", lambda x, a: x.unsqueeze(a["dim"]), [F()], {"dim": 0}, "scalar")


def orders():
    yield from call_all("transpose", lambda x, a: x.transpose(a["a"], a["b"]),
                        [{"a": a, "b": b} for a, b in ((0, 1), (0, 2), (-1, 1), (1, 1))])
    yield from call_all("t", lambda x, a: x.t(), [{}], (2, 3))
    yield of("t", lambda x, a: x.t(), [F(3)], {}, "vector")
    yield of("t", lambda x, a: x.t(), [F()], {}, "scalar")
    yield from call_all("permute", lambda x, a: x.permute(a["dims"]),
                        [{"dims": d} for d in ([2, 0, 1], [0, 1, 2], [-1, 0, 1], [1, 0, 2])])
    yield of("transpose", lambda x, a: x.transpose(a["a"], a["b"]), [F(0, 3)], {"a": 0, "b": 1},
             "empty")
    yield of("permute", lambda x, a: x.permute(a["dims"]), [F()], {"dims": []}, "scalar")
    yield from call_all("movedim", lambda x, a: x.movedim(a["from"], a["to"]),
                        [{"from": f, "to": t} for f, t in ((0, 2), (2, 0), (-1, 1), (1, 1))])
    yield from call_all("diagonal", lambda x, a: x.diagonal(), [{}], (3, 4))
    yield from call_all(
        "diagonal.dims", lambda x, a: x.diagonal(a["offset"], a["d1"], a["d2"]),
        [{"offset": o, "d1": p, "d2": q} for o, p, q in
         ((0, 0, 1), (1, 0, 2), (-1, 1, 2), (1, -1, 0), (5, 0, 1))], (3, 2, 4))


def sizes():
    yield from call_all("expand", lambda x, a: x.expand(a["shape"]),
                        [{"shape": s} for s in ([2, 3, 4], [-1, 3, 4], [5, 2, 3, 1])], (2, 3, 1))
    yield of("expand", lambda x, a: x.expand(a["shape"]), [F()], {"shape": [2, 3]}, "scalar")
    yield of("expand", lambda x, a: x.expand(a["shape"]), [F(1, 3)], {"shape": [0, 3]}, "empty")
    yield Case("expandAs", "column", lambda t, a: t[0].expand_as(t[1]),
               [F(2, 1), F(3, 2, 4, grad=False)], strides=True)
    yield Case("expandAs", "wide", lambda t, a: t[0].expand_as(t[1]),
               [F(2, 1), F(2, 3, grad=False)], strides=True, repeat=True)
    yield from call_all("select", lambda x, a: x.select(a["dim"], a["index"]),
                        [{"dim": d, "index": i} for d, i in ((0, 1), (1, -1), (-1, 0), (2, 1))])
    yield from call_all("narrow", lambda x, a: x.narrow(a["dim"], a["start"], a["length"]),
                        [{"dim": d, "start": s, "length": n} for d, s, n in
                         ((1, 1, 2), (0, 0, 2), (-1, 1, 1), (1, 3, 0), (1, 0, 1))])
    part = lambda x, a: x[(slice(None),) * a["dim"] +
                          (slice(a["start"], a["end"], a["step"]),)]
    yield from call_all("slice", part,
                        [{"dim": d, "start": s, "end": e, "step": k} for d, s, e, k in
                         ((1, 0, 6, 2), (1, 1, 5, 3), (0, 0, 3, 1), (2, 1, 100, 1), (1, -3, -1, 1),
                          (1, 4, 2, 1), (1, -100, 3, 1))], (3, 6, 2))


def pieces():
    equal = lambda x, a: x.split(a["size"], a["dim"])
    yield from call_all("split", equal,
                        [{"size": s, "dim": d} for s, d in
                         ((2, 0), (3, 0), (5, 0), (1, 1), (7, 0))], (5, 2))
    yield from call_all("split.sizes", lambda x, a: x.split(a["sizes"], a["dim"]),
                        [{"sizes": s, "dim": d} for s, d in (([1, 4], 0), ([2, 0, 3], 0),
                                                             ([1, 1], -1))], (5, 2))
    yield from call_all("chunk", lambda x, a: x.chunk(a["n"], a["dim"]),
                        [{"n": n, "dim": d} for n, d in ((2, 0), (4, 0), (5, 0), (3, 1))], (5, 2))
    yield from call_all("unbind", lambda x, a: x.unbind(), [{}])
    yield from call_all("unbind.dim", lambda x, a: x.unbind(a["dim"]),
                        [{"dim": d} for d in (0, 1, -1)])
    for args in ({"dim": 0}, {"dim": -1}):
        for repeat in (False, True):
            yield Case("unbindCopy", f"dim={args['dim']}" + (",repeated" if repeat else ""),
                       lambda t, a: torch.unbind_copy(t[0], a["dim"]), [F(2, 3)], args,
                       repeat=repeat)
    yield of("split", equal, [F(0, 2)], {"size": 2, "dim": 0}, "empty")
    yield of("unbind.dim", lambda x, a: x.unbind(a["dim"]), [F(2, 0)], {"dim": 0}, "empty")


def subscript(t, items):
    """Python's subscript from the portable list that the Java side reads as well."""
    out = []
    for item in items:
        if "at" in item:
            out.append(item["at"])
        elif "slice" in item:
            out.append(slice(*item["slice"]))
        elif "tensor" in item:
            out.append(t[item["tensor"]])
        else:
            out.append({"all": slice(None), "ellipsis": ..., "newAxis": None}[item["is"]])
    return tuple(out)


AT, ALL = (lambda k: {"at": k}), {"is": "all"}
ELLIPSIS, NEW = {"is": "ellipsis"}, {"is": "newAxis"}
CUT, BY = (lambda *k: {"slice": list(k)}), (lambda k: {"tensor": k})

# name, shape, subscript, further inputs
SUBSCRIPTS = [
    ("row", (3, 4), [AT(1)], []),
    ("last", (3, 4), [AT(-1), AT(-2)], []),
    ("slice", (3, 4), [CUT(1, 3, None)], []),
    ("step", (3, 6), [ALL, CUT(0, 6, 2)], []),
    ("open", (3, 4), [CUT(None, 2, None), CUT(1, None, None)], []),
    ("ellipsis", (2, 3, 4), [ELLIPSIS, AT(1)], []),
    ("ellipsisMiddle", (2, 3, 4), [AT(0), ELLIPSIS, CUT(1, 3, None)], []),
    ("newAxis", (3, 4), [NEW, ALL, NEW, AT(2)], []),
    ("vector", (4, 3), [BY(1)], [T(I, [2, 0, -1])]),
    ("matrix", (4, 3), [BY(1)], [T(I, [2, 0, 1, 3], 2, 2)]),
    ("column", (3, 4), [ALL, BY(1)], [T(I, [3, 1])]),
    ("pairs", (3, 4), [BY(1), BY(2)], [T(I, [0, 2]), T(I, [3, 1])]),
    ("broadcastPairs", (3, 4), [BY(1), BY(2)], [T(I, [0, 2], 2, 1), T(I, [3, 1, 0])]),
    ("apart", (3, 2, 4), [BY(1), ALL, BY(2)], [T(I, [0, 2]), T(I, [3, 1])]),
    ("withNumber", (3, 2, 4), [BY(1), ALL, AT(2)], [T(I, [0, 2])]),
    ("mask", (2, 3), [BY(1)], [T("b", [1, 0, 1, 0, 0, 1], 2, 3)]),
    ("rowMask", (3, 2), [BY(1)], [T("b", [1, 0, 1])]),
    ("columnMask", (2, 3), [ALL, BY(1)], [T("b", [1, 0, 1])]),
    ("emptyMask", (2, 3), [BY(1)], [T("b", [0] * 6, 2, 3)]),
    ("scalarIndex", (3, 2), [BY(1)], [T(I, [1], 1)]),
    ("sliceAndVector", (4, 3), [CUT(1, 4, None), BY(1)], [T(I, [2, 0])]),
]
DUPLICATES = [("duplicates", (3, 2), [BY(1)], [T(I, [1, 1, 0, 1])])]


def reads():
    for name, shape, items, extra in SUBSCRIPTS + DUPLICATES:
        yield Case("get.index", name, lambda t, a: t[0][subscript(t, a["index"])],
                   [F(*shape)] + extra, {"index": items})
    yield Case("get.index", "integers", lambda t, a: t[0][subscript(t, a["index"])],
               [T("i64", range(12), 3, 4), T(I, [2, 0])], {"index": [ALL, BY(1)]})
    yield Case("get.index", "repeated", lambda t, a: t[0][subscript(t, a["index"])],
               [F(4, 3), T(I, [1, 1, 1])], {"index": [BY(1)]}, repeat=True)
    yield Case("get.index", "empty", lambda t, a: t[0][subscript(t, a["index"])],
               [F(0, 3), T(I, [1, 0])], {"index": [ALL, BY(1)]})
    for at in ([1], [1, 2], [-1, 0, 1]):
        yield Case("get", f"at={at}", lambda t, a: t[0][tuple(a["at"])], [F(2, 3, 2)], {"at": at})
    yield Case("get", "repeated", lambda t, a: t[0][tuple(a["at"])], [F(2, 3, 2)], {"at": [1]},
               repeat=True)


def written(t, a, value):
    out = t[0].clone()
    out[subscript(t, a["index"])] = value
    return out


def writes():
    for name, shape, items, extra in SUBSCRIPTS:
        args = {"index": items, "n": 1.5}
        yield Case("set.number", name, lambda t, a: written(t, a, a["n"]), [F(*shape)] + extra,
                   args)
        sample = torch.zeros(shape)[subscript(
            [None] + [torch.tensor(e.values, dtype=torch.bool if e.type == "b" else torch.int64)
                      .reshape(e.shape) for e in extra], items)]
        yield Case("set.tensor", name, lambda t, a: written(t, a, t[-1]),
                   [F(*shape)] + extra + [F(*sample.shape)], {"index": items})
    yield Case("set.tensor", "broadcast", lambda t, a: written(t, a, t[-1]),
               [F(3, 4), F(2, 1)], {"index": [CUT(1, 3, None)]})
    yield Case("set.tensor", "scalarValue", lambda t, a: written(t, a, t[-1]),
               [F(3, 4), T(I, [0, 2]), F()], {"index": [BY(1)]})
    yield Case("set.tensor", "repeated", lambda t, a: written(t, a, t[-1]),
               [F(3, 4), F(2, 4)], {"index": [CUT(1, 3, None)]}, repeat=True)
    yield Case("set.number", "repeated", lambda t, a: written(t, a, a["n"]),
               [F(3, 4)], {"index": [AT(1)], "n": 2}, repeat=True)
    yield Case("set.number", "integers", lambda t, a: written(t, a, a["n"]),
               [T("i64", range(6), 2, 3)], {"index": [AT(1)], "n": 7})


def cases():
    yield from shapes()
    yield from orders()
    yield from sizes()
    yield from pieces()
    yield from reads()
    yield from writes()
