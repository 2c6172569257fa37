"""Cases of convolutions, pools and normalisations."""

import torch
import torch.nn.functional as fn

from golden import INF, NAN, Case, D, F, T

OPTIONS = ("stride", "padding", "dilation", "groups")


def convolution(call):
    """A call that takes a bias, and options, only where there are."""
    return lambda t, a: call(*t, **{name: a[name] for name in OPTIONS if name in a})


def convolutions():
    one = convolution(fn.conv1d)
    yield Case("conv1d", "plain", one, [F(2, 2, 5), F(3, 2, 3)])
    yield Case("conv1d", "bias", one, [F(2, 2, 5), F(3, 2, 2), F(3)])
    yield Case("conv1d", "unbatched", one, [F(2, 5), F(3, 2, 2), F(3)])
    yield Case("conv1d", "all", one, [F(2, 4, 7), F(2, 2, 2), F(2)],
               {"stride": [2], "padding": [1], "dilation": [3], "groups": 2})
    yield Case("conv1d", "repeated", one, [F(2, 2, 5), F(3, 2, 3)], repeat=True)
    two = convolution(fn.conv2d)
    yield Case("conv2d", "plain", two, [F(2, 2, 4, 3), F(3, 2, 2, 2)])
    yield Case("conv2d", "bias", two, [F(2, 2, 3, 4), F(2, 2, 3, 2), F(2)])
    yield Case("conv2d", "unbatched", two, [F(2, 3, 4), F(2, 2, 3, 2), F(2)])
    yield Case("conv2d", "stride", two, [F(1, 1, 5, 6), F(2, 1, 2, 3)], {"stride": [2, 3]})
    yield Case("conv2d", "padding", two, [F(1, 2, 3, 3), F(2, 2, 3, 3)], {"padding": [1]})
    yield Case("conv2d", "wide padding", two, [F(1, 1, 2, 3), F(2, 1, 2, 2), F(2)],
               {"padding": [3, 2], "stride": [2]})
    yield Case("conv2d", "dilation", two, [F(1, 1, 6, 5), F(2, 1, 2, 3)], {"dilation": [3, 2]})
    yield Case("conv2d", "groups", two, [F(2, 4, 3, 2), F(6, 2, 2, 2), F(6)], {"groups": 2})
    yield Case("conv2d", "depthwise", two, [F(1, 3, 4, 4), F(3, 1, 3, 3)],
               {"groups": 3, "padding": [1], "stride": [2]})
    yield Case("conv2d", "pointwise", two, [F(2, 3, 2, 2), F(4, 3, 1, 1), F(4)])
    yield Case("conv2d", "pointwiseGroups", two, [F(2, 4, 2, 2), F(2, 2, 1, 1)], {"groups": 2})
    yield Case("conv2d", "all", two, [F(2, 4, 7, 6), F(6, 2, 3, 2), F(6)],
               {"stride": [2, 1], "padding": [2, 1], "dilation": [1, 3], "groups": 2})
    yield Case("conv2d", "odd", two, [F(2, 3, 9, 7, lo=-1, hi=1), F(5, 3, 3, 3, lo=-1, hi=1)],
               {"padding": [1]})
    yield Case("conv2d", "emptyBatch", two, [F(0, 2, 3, 3), F(3, 2, 2, 2), F(3)])
    yield Case("conv2d", "repeated", two, [F(2, 2, 3, 3), F(3, 2, 2, 2)], repeat=True)
    for kind in ("i64", "f64"):
        yield Case("conv2d", f"counting/{kind}", two,
                   [T(kind, range(1, 19), 1, 2, 3, 3), T(kind, range(1, 17), 2, 2, 2, 2)])
    yield Case("conv2d", "special", two,
               [T("f32", [1.0, NAN, 2.0, 3.0, INF, 1.0, 0.0, 5.0, -INF], 1, 1, 3, 3, grad=True),
                T("f32", [1.0, 0.0, 2.0, 1.0], 1, 1, 2, 2, grad=True)])


POOL = {"stride": "stride", "padding": "padding", "dilation": "dilation", "ceil": "ceil_mode",
        "include": "count_include_pad", "divisor": "divisor_override"}


def pool(call):
    """A call whose options have PyTorch's names."""
    return lambda t, a: call(
        t[0], a["kernel"], **{POOL[k]: v for k, v in a.items() if k != "kernel"})


def pooled(op, call, draw, channels):
    run = pool(call)
    line = (lambda *s: s) if op.endswith("2d") else (lambda *s: s[-1:])
    shape = lambda *s: channels + line(*s)
    more = {"dilation": [2]} if op.startswith("max") else {"include": False}
    yield Case(op, "plain", run, [draw(*shape(4, 6))], {"kernel": [2]})
    yield Case(op, "unbatched", run, [draw(*shape(5, 4)[1:])], {"kernel": [2]})
    yield Case(op, "overlapping", run, [draw(*shape(5, 7))], {"kernel": [3], "stride": [1]})
    yield Case(op, "padding", run, [draw(*shape(4, 5))],
               {"kernel": [3], "stride": [2], "padding": [1]})
    yield Case(op, "ceil", run, [draw(*shape(5, 6))],
               {"kernel": [3], "stride": [2], "padding": [1], "ceil": True})
    yield Case(op, "gaps", run, [draw(*shape(7, 7))], {"kernel": [1], "stride": [3]})
    yield Case(op, "more", run, [draw(*shape(6, 7))],
               {"kernel": [3], "stride": [2], "padding": [1], "ceil": True} | more)
    yield Case(op, "emptyBatch", run, [F(0, *shape(4, 4)[1:])], {"kernel": [2]})
    special = [1.0, NAN, NAN, 3.0, INF, 1.0, -INF, -INF] * (2 if op.endswith("2d") else 1)
    yield Case(op, "special", run,
               [T("f32", special, 1, 1, *line(len(special) // 8, 8), grad=True)], {"kernel": [2]})


def pools():
    for op, call in (("maxPool1d", fn.max_pool1d), ("avgPool1d", fn.avg_pool1d)):
        yield from pooled(op, call, D, (2, 1))
        yield Case(op, "repeated", pool(call), [F(3, 2, 4)], {"kernel": [2]}, repeat=True)
    for op, call in (("maxPool2d", fn.max_pool2d), ("avgPool2d", fn.avg_pool2d)):
        yield from pooled(op, call, D, (1, 2))
        run = pool(call)
        yield Case(op, "rectangle", run, [D(2, 3, 5, 4)],
                   {"kernel": [3, 2], "stride": [1, 2], "padding": [1, 0]})
        yield Case(op, "large", run, [D(1, 2, 9, 19)], {"kernel": [3, 2], "stride": [2]})
        yield Case(op, "repeated", run, [F(3, 1, 4, 4)], {"kernel": [2]}, repeat=True)
        yield Case(op, "counting", run, [T("i64", range(-3, 13), 1, 1, 4, 4)], {"kernel": [3]})
    yield Case("maxPool2d", "ties", pool(fn.max_pool2d),
               [T("f64", [1, 2, 2, 1, 2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0], 1, 1, 4, 4, grad=True)],
               {"kernel": [2], "stride": [1]})
    yield Case("avgPool2d", "divisor", pool(fn.avg_pool2d), [D(1, 1, 4, 4)],
               {"kernel": [3], "stride": [1], "padding": [1], "divisor": 4})
    run = pool(lambda x, k, **more: fn.max_pool2d(x, k, return_indices=True, **more))
    yield Case("maxPool2dWithIndices", "plain", run, [D(2, 1, 4, 6)], {"kernel": [2]})
    yield Case("maxPool2dWithIndices", "repeated", run, [F(3, 1, 4, 4)],
               {"kernel": [3], "padding": [1]}, repeat=True)


def norms():
    def layer(t, a):
        weight, bias = (list(t[1:]) + [None, None])[:2]
        return fn.layer_norm(t[0], a["shape"], weight, bias, a.get("eps", 1e-5))

    yield Case("layerNorm", "plain", layer, [F(3, 5)], {"shape": [5]})
    yield Case("layerNorm", "affine", layer, [F(3, 5), F(5), F(5)], {"shape": [5]})
    yield Case("layerNorm", "weight", layer, [F(2, 3, 4), F(4)], {"shape": [4], "eps": 0.1})
    yield Case("layerNorm", "several", layer, [F(2, 3, 2, 2), F(3, 2, 2), F(3, 2, 2)],
               {"shape": [3, 2, 2]})
    yield Case("layerNorm", "vector", layer, [F(7), F(7), F(7)], {"shape": [7]})
    yield Case("layerNorm", "wide", layer, [F(19, 37), F(37), F(37)], {"shape": [37]})
    yield Case("layerNorm", "emptyRows", layer, [F(0, 3), F(3), F(3)], {"shape": [3]})
    yield Case("layerNorm", "repeated", layer, [F(3, 4)], {"shape": [4]}, repeat=True)
    for kind in ("f32", "f64"):
        yield Case("layerNorm", f"special/{kind}", layer,
                   [T(kind, [1.0, NAN, 2.0, INF, 1.0, 2.0, 3.0, 3.0, 3.0], 3, 3, grad=True)],
                   {"shape": [3]})

    def group(t, a):
        weight, bias = (list(t[1:]) + [None, None])[:2]
        return fn.group_norm(t[0], a["groups"], weight, bias, a.get("eps", 1e-5))

    yield Case("groupNorm", "plain", group, [F(2, 4, 3)], {"groups": 2})
    yield Case("groupNorm", "affine", group, [F(2, 4, 2, 2), F(4), F(4)], {"groups": 2})
    yield Case("groupNorm", "eps", group, [F(2, 6), F(6), F(6)], {"groups": 3, "eps": 0.1})
    yield Case("groupNorm", "repeated", group, [F(3, 4, 2)], {"groups": 1}, repeat=True)

    def batch(t, a):
        running = [u.clone() for u in t[1:3]]
        weight, bias = (list(t[3:]) + [None, None])[:2]
        out = fn.batch_norm(t[0], *running, weight, bias, a["training"],
                            a.get("momentum", 0.1), a.get("eps", 1e-5))
        return (out, *running)

    mean, var = F(3, grad=False), F(3, lo=0.5, hi=2, grad=False)
    for training in (True, False):
        word = "training" if training else "evaluating"
        yield Case("batchNorm", word, batch, [F(4, 3), mean, var], {"training": training})
        yield Case("batchNorm", f"{word}/affine", batch,
                   [F(2, 3, 2, 3), mean, var, F(3), F(3)],
                   {"training": training, "momentum": 0.3, "eps": 0.01})
        yield Case("batchNorm", f"{word}/lines", batch, [F(2, 3, 4), mean, var, F(3)],
                   {"training": training})
    yield Case("batchNorm", "repeated", batch, [F(3, 3), mean, var], {"training": False},
               repeat=True)


def cases():
    yield from convolutions()
    yield from pools()
    yield from norms()
