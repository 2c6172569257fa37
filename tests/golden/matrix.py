"""Cases of products of vectors, matrices and batches."""

import torch

from golden import INF, NAN, Case, F, T


def of(op, call, inputs, name, **more):
    return Case(op, name, lambda t, a: call(*t), inputs, {}, **more)


def square(op, call, *shapes):
    """The same shapes with few, repeated, empty and special values."""
    yield of(op, call, [F(*s) for s in shapes], "repeated", repeat=True)
    for kind in ("i64", "f64"):
        inputs = []
        for s in shapes:
            count = int(torch.tensor(s).prod())
            inputs.append(T(kind, range(1, count + 1), *s))
        yield of(op, call, inputs, f"counting/{kind}")


def cases():
    yield of("dot", torch.dot, [F(5), F(5)], "vector")
    yield of("dot", torch.dot, [F(0), F(0)], "empty")
    yield of("dot", torch.dot, [F(1), F(1)], "one")
    yield from square("dot", torch.dot, (4,), (4,))
    yield of("mv", torch.mv, [F(3, 4), F(4)], "matrix")
    yield of("mv", torch.mv, [F(3, 0), F(0)], "emptyInner")
    yield from square("mv", torch.mv, (2, 3), (3,))
    yield of("mm", torch.mm, [F(3, 4), F(4, 2)], "matrix")
    yield of("mm", torch.mm, [F(1, 4), F(4, 1)], "row")
    yield of("mm", torch.mm, [F(4, 1), F(1, 3)], "outer")
    yield of("mm", torch.mm, [F(2, 0), F(0, 3)], "emptyInner")
    yield of("mm", torch.mm, [F(0, 3), F(3, 2)], "emptyRows")
    yield of("mm", torch.mm, [F(17, 33, lo=-1, hi=1), F(33, 9, lo=-1, hi=1)], "odd")
    yield of("mm", torch.mm, [T("f32", [1.0, NAN, 2.0, 3.0], 2, 2),
                              T("f32", [1.0, 0.0, INF, 1.0], 2, 2)], "special")
    yield from square("mm", torch.mm, (2, 3), (3, 2))
    yield of("bmm", torch.bmm, [F(2, 3, 4), F(2, 4, 2)], "batch")
    yield of("bmm", torch.bmm, [F(1, 2, 3), F(1, 3, 2)], "one")
    yield of("bmm", torch.bmm, [F(0, 2, 3), F(0, 3, 2)], "empty")
    yield from square("bmm", torch.bmm, (2, 2, 3), (2, 3, 2))
    for name, a, b in (
            ("vectors", (4,), (4,)), ("matrixVector", (3, 4), (4,)), ("vectorMatrix", (3,), (3, 4)),
            ("matrices", (2, 3), (3, 4)), ("batches", (2, 3, 4), (2, 4, 2)),
            ("batchMatrix", (5, 2, 3), (3, 4)), ("matrixBatch", (2, 3), (4, 3, 2)),
            ("broadcast", (2, 1, 2, 3), (3, 3, 2)), ("batchVector", (2, 3, 4), (4,)),
            ("vectorBatch", (3,), (2, 3, 4)), ("emptyBatch", (0, 2, 3), (3, 2))):
        yield of("matmul", torch.matmul, [F(*a), F(*b)], name)
    yield from square("matmul", torch.matmul, (2, 2, 3), (3, 2))
    linear = torch.nn.functional.linear
    yield of("linear", linear, [F(2, 3), F(4, 3)], "matrix")
    yield of("linear", linear, [F(3), F(4, 3)], "vector")
    yield of("linear", linear, [F(2, 2, 3), F(4, 3)], "batch")
    yield of("linear", linear, [F(2, 3), F(4, 3)], "repeated", repeat=True)
    yield of("linear.bias", linear, [F(2, 3), F(4, 3), F(4)], "matrix")
    yield of("linear.bias", linear, [F(3), F(4, 3), F(4)], "vector")
    yield of("linear.bias", linear, [F(2, 2, 3), F(4, 3), F(4)], "batch")
    yield of("linear.bias", linear, [F(0, 3), F(4, 3), F(4)], "empty")
    yield of("linear.bias", linear, [F(2, 3), F(4, 3), F(4)], "repeated", repeat=True)
