"""Cases of reductions, scans and orderings."""

import torch

from golden import D, F, INF, NAN, Case, S, T, X


def over(op, call, inputs, args, name, **more):
    return Case(op, name, lambda t, a: call(t[0], a), inputs, args, **more)


def dims_label(dims, keep):
    return "dims=" + ",".join(map(str, dims)) + (",keepdim" if keep else "")


DIMS = [[0], [-1], [1], [0, 2], [-1, 0], [0, 1, 2]]
EDGES = [
    ("nan", [1.0, NAN, 3.0, 2.0]),
    ("infinite", [1.0, INF, -INF, 2.0]),
    ("positive", [1.0, INF, 3.0, INF]),
    ("ties", [1.0, 3.0, 3.0, 2.0, 1.0, 1.0]),
    ("zeros", [0.0, -0.0, 0.0]),
    ("oneZero", [0.0, 2.0, 3.0]),
    ("one", [2.5]),
]
INTEGERS = {"i64": [3, -1, 3, 0, 2, 5], "i32": [3, -1, 3, 0, 2, 5], "u8": [3, 200, 3, 0, 100, 5],
            "b": [1, 0, 1, 1, 0, 1]}

# name, of everything, of dimensions and keepdim, input, empties allowed when full
SEVERAL = [
    ("sum", torch.sum, lambda x, d, k: torch.sum(x, d, k), F, True),
    ("mean", torch.mean, lambda x, d, k: torch.mean(x, d, k), F, True),
    ("amax", lambda x: torch.amax(x), lambda x, d, k: torch.amax(x, d, k), D, False),
    ("amin", lambda x: torch.amin(x), lambda x, d, k: torch.amin(x, d, k), D, False),
    ("logsumexp", lambda x: torch.logsumexp(x, list(range(x.dim()))),
     lambda x, d, k: torch.logsumexp(x, d, k), F, True),
    ("var", torch.var, None, F, False),
    ("std", torch.std, None, F, False),
]
SINGLE = [
    ("prod", torch.prod, lambda x, d, k: torch.prod(x, d, k), True),
    ("max", torch.max, lambda x, d, k: tuple(torch.max(x, d, k)), True),
    ("min", torch.min, lambda x, d, k: tuple(torch.min(x, d, k)), True),
    ("median", torch.median, lambda x, d, k: tuple(torch.median(x, d, k)), True),
    ("argmax", torch.argmax, lambda x, d, k: torch.argmax(x, d, k), False),
    ("argmin", torch.argmin, lambda x, d, k: torch.argmin(x, d, k), False),
    ("any", torch.any, lambda x, d, k: torch.any(x, d, k), False),
    ("all", torch.all, lambda x, d, k: torch.all(x, d, k), False),
]


def edges(op, call, differentiable, args, tag="", ties=True):
    for name, values in EDGES:
        if not ties and name in ("ties", "zeros"):
            continue
        for kind in ("f32", "f64"):
            yield over(op, call, [T(kind, values, grad=differentiable)], args,
                       f"{name}{tag}/{kind}")
    for kind, values in INTEGERS.items():
        if not ties and kind in ("u8", "b"):
            continue
        yield over(op, call, [T(kind, values)], args, f"integers{tag}/{kind}")
        yield over(op, call, [T(kind, values, 2, 3)], args, f"matrix{tag}/{kind}")


def several():
    for op, full, partial, make, empty in SEVERAL:
        whole = lambda x, a, full=full: full(x)
        if op not in ("amax", "amin", "logsumexp"):
            yield over(op, whole, [make(2, 3, 2)], {}, "cube")
            yield over(op, whole, [make(4)], {}, "vector")
            if op not in ("var", "std"):
                yield over(op, whole, [make()], {}, "scalar")
            yield over(op, whole, [F(3, 2)], {}, "repeated", repeat=True)
            yield over(op, whole, [T("f32", [], 0, 3, grad=empty)], {}, "empty")
            yield from edges(op, whole, True, {})
        if partial is None:
            continue
        name = op + ".dims"
        part = lambda x, a, p=partial: p(x, a["dims"], a.get("keepdim", False))
        for dims in DIMS:
            for keep in (False, True):
                args = {"dims": dims, "keepdim": keep}
                yield over(name, part, [make(2, 3, 2)], args, dims_label(dims, keep))
        yield over(name, part, [F(3, 2)], {"dims": [1], "keepdim": False}, "repeated",
                   repeat=True)
        yield over(name, part, [make()], {"dims": [0], "keepdim": False}, "scalar")
        yield over(name, part, [T("f32", [], 2, 0, 3, grad=True)],
                   {"dims": [0], "keepdim": False}, "empty")
        yield over(name, part, [T("f32", [], 2, 0, grad=op in ("sum", "mean"))],
                   {"dims": [1], "keepdim": False}, "emptied")
        yield from edges(name, part, True, {"dims": [0], "keepdim": False})


def single():
    for op, full, partial, differentiable in SINGLE:
        whole = lambda x, a, full=full: full(x)
        part = lambda x, a, p=partial: p(x, a["dim"], a.get("keepdim", False))
        give = lambda *s: D(*s, grad=differentiable)
        yield over(op, whole, [give(2, 3, 2)], {}, "cube")
        yield over(op, whole, [give(5)], {}, "vector")
        yield over(op, whole, [give()], {}, "scalar")
        # Equal maxima share the gradient, which no small step can show: values only.
        smooth = differentiable and op == "prod"
        yield over(op, whole, [D(3, 2, grad=smooth)], {}, "repeated", repeat=True)
        yield over(op + ".dim", part, [give(3, 2)], {"dim": 1}, "repeated", repeat=True)
        if op in ("prod", "any", "all", "median"):
            yield over(op, whole, [T("f32", [], 0, 3)], {}, "empty")
        yield from edges(op, whole, differentiable, {})
        for dim in (0, 1, -1):
            for keep in (False, True):
                args = {"dim": dim, "keepdim": keep}
                yield over(op + ".dim", part, [give(2, 3, 2)], args, dims_label([dim], keep))
        yield over(op + ".dim", part, [give()], {"dim": 0}, "scalar")
        yield over(op + ".dim", part, [T("f32", [], 2, 0, 3, grad=differentiable)],
                   {"dim": 0}, "empty")
        # Which of several equal medians is chosen is nobody's promise.
        yield from edges(op + ".dim", part, differentiable, {"dim": 0}, ties=op != "median")
    for k, values in enumerate(([0.0, 2.0, 3.0], [0.0, 2.0, 0.0, 5.0], [1.5, -2.0, 0.0, 3.0])):
        yield over("prod", lambda x, a: torch.prod(x), [X(values)], {}, f"zeros{k}")
        yield over("prod.dim", lambda x, a: torch.prod(x, a["dim"]),
                   [X(values + values[::-1], 2, len(values))], {"dim": 1}, f"zeros{k}")


def spread():
    for op, call in (("var", torch.var), ("std", torch.std)):
        name = op + ".dims"
        part = lambda x, a, call=call: call(
            x, a["dims"], correction=a["correction"], keepdim=a["keepdim"])
        for dims, correction, keep in (([1], 1, False), ([0, 2], 0, True), ([-1], 1, True),
                                       ([0, 1, 2], 2, False)):
            args = {"dims": dims, "correction": correction, "keepdim": keep}
            yield over(name, part, [D(2, 3, 4)], args,
                       dims_label(dims, keep) + f",correction={correction}")
        args = {"dims": [0], "correction": 1, "keepdim": False}
        yield over(name, part, [D(3, 2)], dict(args, dims=[1]), "repeated", repeat=True)
        yield from edges(name, part, True, args)
        yield over(name, part, [T("f32", [2.0, 2.0, 2.0], grad=True)], args, "constant")
        yield over(op, lambda x, a, call=call: call(x), [T("f32", [2.0] * 3, grad=True)], {},
                   "constant")
        yield over(op, lambda x, a, call=call: call(x),
                   [X([100.1, 100.2, 100.35, 100.4])], {}, "offset")


def norms():
    yield over("norm", lambda x, a: torch.linalg.vector_norm(x), [F(2, 3)], {}, "matrix")
    yield over("norm", lambda x, a: torch.linalg.vector_norm(x), [F()], {}, "scalar")
    yield over("norm", lambda x, a: torch.linalg.vector_norm(x), [F(3, 2)], {}, "repeated",
               repeat=True)
    yield from edges("norm", lambda x, a: torch.linalg.vector_norm(x), True, {})
    yield over("norm", lambda x, a: torch.linalg.vector_norm(x),
               [T("f32", [], 0, 3, grad=True)], {}, "empty")
    whole = lambda x, a: torch.linalg.vector_norm(x, float(a["p"]))
    part = lambda x, a: torch.linalg.vector_norm(x, float(a["p"]), a["dims"], a["keepdim"])
    for p in (1, 2, 3, 1.5, 2.0, "Infinity", "-Infinity", 0, 0.5):
        yield over("norm.p", whole, [D(2, 3)], {"p": p}, f"p={p}")
        yield from edges("norm.p", whole, p != 0, {"p": p}, f",p={p}")
        for dims, keep in (([0], False), ([1], True), ([0, 1], False), ([-1, 0], True)):
            args = {"p": p, "dims": dims, "keepdim": keep}
            yield over("norm.dims", part, [D(2, 3)], args, f"p={p}," + dims_label(dims, keep))
    yield over("norm.p", whole, [F(3, 2)], {"p": 1}, "repeated", repeat=True)
    yield over("norm.dims", part, [F(3, 2)], {"p": 2, "dims": [1], "keepdim": False},
               "repeated", repeat=True)


def scans():
    for op, call in (("cumsum", torch.cumsum), ("softmax", torch.softmax),
                     ("logSoftmax", torch.log_softmax)):
        run = lambda x, a, call=call: call(x, a["dim"])
        for dim in (0, 1, 2, -1):
            yield over(op, run, [F(2, 3, 4)], {"dim": dim}, f"dim={dim}")
        yield over(op, run, [F()], {"dim": 0}, "scalar")
        yield over(op, run, [F(3, 4)], {"dim": 1}, "repeated", repeat=True)
        yield over(op, run, [T("f32", [], 2, 0, grad=True)], {"dim": 1}, "empty")
        yield over(op, run, [X([1000.0, 1001.0, 999.5])], {"dim": 0}, "large")
        yield from edges(op, run, True, {"dim": 0})
        yield over(op, run, [T("f32", [-INF, -INF], grad=True)], {"dim": 0}, "allNegative")
    for op in ("logsumexp.dims",):
        run = lambda x, a: torch.logsumexp(x, a["dims"])
        yield over(op, run, [X([1000.0, 1001.0, 999.5])], {"dims": [0]}, "large")
        yield over(op, run, [T("f32", [-INF, -INF], grad=True)], {"dims": [0]}, "allNegative")


def orderings():
    full = lambda x, a: tuple(torch.sort(x, stable=True))
    run = lambda x, a: tuple(torch.sort(x, dim=a["dim"], descending=a["descending"], stable=True))
    yield over("sort", full, [D(6)], {}, "vector")
    yield over("sort", full, [D(2, 5)], {}, "matrix")
    yield over("sort", full, [D()], {}, "scalar")
    yield over("sort", full, [T("f32", [], 2, 0)], {}, "empty")
    yield from edges("sort", full, True, {})
    for descending in (False, True):
        for dim in (0, 1, -1):
            args = {"dim": dim, "descending": descending}
            yield over("sort.dim", run, [D(3, 4)], args, f"dim={dim},{descending}")
        yield from edges("sort.dim", run, True, {"dim": 0, "descending": descending},
                         f",descending={descending}")
    yield over("sort", full, [D(3, 4)], {}, "repeated", repeat=True)
    yield over("sort.dim", run, [D(3, 4)], {"dim": 1, "descending": True}, "repeated",
               repeat=True)
    yield over("sort.dim", run, [D(0, 4)], {"dim": 1, "descending": True}, "empty")
    yield over("sort.dim", run, [D()], {"dim": 0, "descending": True}, "scalar")
    top = lambda x, a: tuple(torch.topk(x, a["k"]))
    best = lambda x, a: tuple(torch.topk(x, a["k"], a["dim"], a["largest"]))
    for k in (0, 1, 3, 5):
        yield over("topk", top, [D(2, 5)], {"k": k}, f"k={k}")
    yield over("topk", top, [T("i64", [5, 1, 4, 2])], {"k": 2}, "integers")
    yield over("topk", top, [T("f32", [1.0, NAN, 5.0, INF], grad=True)], {"k": 3}, "nan")
    yield over("topk", top, [D(3, 4)], {"k": 2}, "repeated", repeat=True)
    yield over("topk", top, [D(0, 4)], {"k": 2}, "empty")
    yield over("topk.dim", best, [D(3, 4)], {"k": 2, "dim": 1, "largest": False}, "repeated",
               repeat=True)
    for dim, largest in ((0, True), (1, False), (-1, True), (0, False)):
        args = {"k": 2, "dim": dim, "largest": largest}
        yield over("topk.dim", best, [D(3, 4)], args, f"dim={dim},{largest}")
    yield over("topk.dim", best, [T("f32", [1.0, NAN, 5.0, INF], grad=True)],
               {"k": 2, "dim": 0, "largest": False}, "nan")


def cases():
    yield from several()
    yield from single()
    yield from spread()
    yield from norms()
    yield from scans()
    yield from orderings()
    yield over("sum", lambda x, a: torch.sum(x), [S("b", 1)], {}, "boolScalar")
