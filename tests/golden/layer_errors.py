"""Wrong calls of convolutions, pools and normalisations."""

import torch
import torch.nn.functional as fn

z = torch.zeros


def conv(x, w, b=None, **options):
    return lambda: fn.conv2d(z(x), z(w), None if b is None else z(b), **options)


def max_pool(x, *args, **options):
    return lambda: fn.max_pool2d(z(x), *args, **options)


CALLS = {
    "conv2dRank": conv((2, 3), (4, 3, 3, 3)),
    "conv1dRank": lambda: fn.conv1d(z(3), z(4, 3, 3)),
    "conv2dWeightRank": conv((2, 3, 4, 4), (4, 3, 3)),
    "conv2dChannels": conv((1, 2, 5, 5), (4, 3, 3, 3)),
    "conv2dGroups": conv((1, 3, 5, 5), (4, 3, 3, 3), groups=2),
    "conv2dUnevenGroups": conv((1, 3, 5, 5), (4, 1, 3, 3), groups=3),
    "conv2dNoGroups": conv((1, 3, 5, 5), (4, 3, 3, 3), groups=0),
    "conv2dStride": conv((1, 3, 5, 5), (4, 3, 3, 3), stride=0),
    "conv2dStrides": conv((1, 3, 5, 5), (4, 3, 3, 3), stride=(1, 2, 3)),
    "conv2dPadding": conv((1, 3, 5, 5), (4, 3, 3, 3), padding=-1),
    "conv2dDilation": conv((1, 3, 5, 5), (4, 3, 3, 3), dilation=0),
    "conv2dBias": conv((1, 3, 5, 5), (4, 3, 3, 3), (3,)),
    "conv2dRoom": conv((1, 3, 2, 2), (4, 3, 5, 5), padding=1, dilation=2),
    "conv1dRoom": lambda: fn.conv1d(z(1, 3, 2), z(4, 3, 3)),
    "conv2dNoHeight": conv((1, 3, 0, 5), (4, 3, 3, 3), padding=2),
    "conv2dNoWeight": conv((1, 3, 5, 5), (0, 3, 3, 3)),
    "conv2dTypes": lambda: fn.conv2d(z(1, 1, 3, 3).double(), z(1, 1, 2, 2)),
    "conv2dBiasType": lambda: fn.conv2d(z(1, 1, 3, 3), z(1, 1, 2, 2), z(1).double()),
    "conv2dBools": lambda: fn.conv2d(z(1, 1, 3, 3).bool(), z(1, 1, 2, 2).bool()),
    "maxPool2dRank": max_pool((2, 3), 2),
    "maxPool2dRoom": max_pool((1, 1, 2, 2), 3),
    "maxPool2dPadding": max_pool((1, 1, 4, 4), 2, padding=2),
    "maxPool2dNegativePadding": max_pool((1, 1, 4, 4), 2, padding=-1),
    "maxPool2dStride": max_pool((1, 1, 4, 4), 2, stride=0),
    "maxPool2dKernel": max_pool((1, 1, 4, 4), 0),
    "maxPool2dKernels": max_pool((1, 1, 4, 4), (2, 2, 2)),
    "maxPool2dDilation": max_pool((1, 1, 4, 4), 2, dilation=0),
    "maxPool2dChannels": max_pool((1, 0, 4, 4), 2),
    "maxPool2dBools": lambda: fn.max_pool2d(z(1, 1, 4, 4).bool(), 2),
    "maxPool1dRank": lambda: fn.max_pool1d(z(4), 2),
    "avgPool2dRoom": lambda: fn.avg_pool2d(z(1, 1, 2, 2), 3),
    "avgPool2dPadding": lambda: fn.avg_pool2d(z(1, 1, 4, 4), 2, padding=2),
    "avgPool2dIntegers": lambda: fn.avg_pool2d(z(1, 1, 4, 4).int(), 2),
    "layerNormShape": lambda: fn.layer_norm(z(2, 3), (4,)),
    "layerNormWeight": lambda: fn.layer_norm(z(2, 3), (3,), z(4)),
    "layerNormNone": lambda: fn.layer_norm(z(2, 3), ()),
    "layerNormIntegers": lambda: fn.layer_norm(z(2, 3).long(), (3,)),
    "layerNormTypes": lambda: fn.layer_norm(z(2, 3).double(), (3,), z(3)),
    "groupNormGroups": lambda: fn.group_norm(z(2, 4, 3), 3),
    "groupNormWeight": lambda: fn.group_norm(z(2, 4, 3), 2, z(3)),
    "groupNormRank": lambda: fn.group_norm(z(4), 2),
    "batchNormOne": lambda: fn.batch_norm(z(1, 3), None, None, training=True),
    "batchNormRunning": lambda: fn.batch_norm(z(2, 3), z(4), z(4)),
    "batchNormNoRunning": lambda: fn.batch_norm(z(2, 3), None, None),
    "batchNormWeight": lambda: fn.batch_norm(z(2, 3), None, None, z(4), training=True),
    "batchNormIntegers": lambda: fn.batch_norm(z(2, 3).long(), None, None, training=True),
}
