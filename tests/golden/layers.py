"""Cases of convolutions, pools and normalisations."""

import torch
import torch.nn.functional as fn

from golden import INF, NAN, Case, F, T

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


def cases():
    yield from convolutions()
