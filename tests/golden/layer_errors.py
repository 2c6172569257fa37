"""Wrong calls of convolutions, pools and normalisations."""

import torch
import torch.nn.functional as fn

z = torch.zeros


def conv(x, w, b=None, **options):
    return lambda: fn.conv2d(z(x), z(w), None if b is None else z(b), **options)


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
}
