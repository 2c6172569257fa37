"""Wrong calls, and the sentence that PyTorch answers them with."""

import json

import torch
import torch.nn.functional as fn

import deviations
import layer_errors

z = torch.zeros
L = torch.tensor


def arange(*shape):
    return torch.arange(torch.Size(shape).numel()).reshape(shape)


def leaf():
    return z(2, requires_grad=True)


CALLS = {
    "addShapes": lambda: z(2) + z(3),
    "addShapesInner": lambda: z(4, 2, 3) + z(4, 1),
    "mulShapesTwice": lambda: z(2, 4) * z(4, 2),
    "whereShapes": lambda: torch.where(z(2).bool(), z(3), z(3)),
    "mulInPlaceGrows": lambda: z(2).mul_(z(3, 2)),
    "addInPlaceFloatNumber": lambda: L([1, 2]).add_(2.5),
    "addInPlaceFloatTensor": lambda: L([1, 2]).add_(L([0.5, 1.5])),
    "divInPlaceIntegers": lambda: L([1, 2]).div_(2),
    "sqrtInPlaceIntegers": lambda: L([1, 2]).sqrt_(),
    "subBools": lambda: L([True]) - L([False]),
    "negBool": lambda: -L([True]),
    "powNegativeInteger": lambda: L([1, 2]).pow(-1),
    "leafInPlace": lambda: leaf().add_(1),
    "viewOfLeafInPlace": lambda: leaf().view(2, 1).add_(1),
    "expandedInPlace": lambda: z(1).expand(3).add_(1),
    "copyShapes": lambda: z(2).copy_(z(3)),
    "lerpTypes": lambda: torch.lerp(z(2), z(2).double(), 0.5),
    "whereCondition": lambda: torch.where(z(2), z(2), z(2)),
    "maskedFillMask": lambda: z(2).masked_fill(L([0, 1]), 1.0),
    "maskedFillValue": lambda: z(2).masked_fill(L([True, False]), z(2)),
    "lerpIntegers": lambda: L([1, 2]).lerp(L([3, 4]), 0.5),
    "lerpInPlaceIntegers": lambda: L([1, 2]).lerp_(L([3, 4]), L([1, 1])),
    "addcdivInPlaceIntegers": lambda: L([1, 2]).addcdiv_(L([3, 4]), L([3, 4])),
    "maskedFillRange": lambda: z(2, dtype=torch.uint8).masked_fill_(L([True, False]), 300),
    "whereRange": lambda: torch.where(L([True, False]), z(2, dtype=torch.uint8), 300),
    "clampRange": lambda: z(2, dtype=torch.uint8).clamp_(-1, 300),
    "powRange": lambda: z(2, dtype=torch.uint8).pow_(300),
    "fillRange": lambda: z(2, dtype=torch.uint8).fill_(-256),
    "fillNan": lambda: L([1, 2]).fill_(float("nan")),
    "scatterRange": lambda: z(2, dtype=torch.uint8).scatter(0, L([0]), 300),
    "setRange": lambda: z(2, dtype=torch.uint8).__setitem__(0, 300),
    "fullRange": lambda: torch.full_like(z(2), 1e300),
    "requiresGradInteger": lambda: L([1]).requires_grad_(),
    "itemOfMany": lambda: z(2).item(),
    "sumDim": lambda: z(2, 3).sum(2),
    "sumDimTwice": lambda: z(2, 3).sum([0, -2]),
    "meanIntegers": lambda: L([1, 2]).mean(),
    "maxEmpty": lambda: z(0).max(),
    "maxDimEmpty": lambda: z(2, 0).max(1),
    "amaxEmpty": lambda: z(2, 0).amax(1),
    "argmaxEmpty": lambda: z(0).argmax(),
    "varIntegers": lambda: L([1, 2]).var(),
    "topkTooMany": lambda: z(3).topk(4),
    "cumsumDim": lambda: z(2).cumsum(1),
    "softmaxDim": lambda: z(2).softmax(1),
    "sortDim": lambda: z(2).sort(1),
    "viewStrides": lambda: z(2, 3).t().view(6),
    "viewSize": lambda: z(2, 3).view(5),
    "viewInferredTwice": lambda: z(2, 3).view(-1, -1),
    "viewInferredUneven": lambda: z(2, 3).view(-1, 4),
    "reshapeSize": lambda: z(2, 3).reshape(4, 2),
    "transposeDim": lambda: z(2, 3).transpose(0, 2),
    "tRank": lambda: z(2, 3, 4).t(),
    "permuteTwice": lambda: z(2, 3).permute(0, 0),
    "unsqueezeDim": lambda: z(2, 3).unsqueeze(4),
    "squeezeDim": lambda: z(2, 3).squeeze(2),
    "expandSize": lambda: z(3).expand(2),
    "expandSizes": lambda: z(2, 4).expand(3, 5),
    "expandFewer": lambda: z(2, 3).expand(3),
    "selectIndex": lambda: z(2, 3).select(0, 2),
    "selectScalar": lambda: z(()).select(0, 0),
    "narrowLength": lambda: z(2, 3).narrow(1, 2, 2),
    "splitSizes": lambda: z(5).split([2, 2]),
    "chunkNone": lambda: z(5).chunk(0),
    "unbindScalar": lambda: z(()).unbind(),
    "diagonalSame": lambda: z(2, 3).diagonal(0, 1, 1),
    "getIndex": lambda: z(2, 3)[2],
    "getTooMany": lambda: z(2)[0, 0],
    "getScalar": lambda: z(())[0],
    "getTensorIndex": lambda: z(2, 3)[L([0, 5])],
    "getMaskShape": lambda: z(2, 3)[L([True, False, True])],
    "setTensorIndex": lambda: z(2, 3).__setitem__(L([0, 2]), 1.0),
    "scatterAddInPlaceIndex": lambda: z(2, 3).scatter_add_(0, L([[0, 1, 2]]), z(1, 3) + 1),
    "indexAddInPlaceIndex": lambda: z(2, 3).index_add_(0, L([0, 2]), z(2, 3) + 1),
    "maskedFillInPlaceGrows": lambda: z(2).masked_fill_(z(3, 2) == 0, 1.0),
    "setShape": lambda: z(2, 3).__setitem__(0, z(2)),
    "repeatFewer": lambda: z(2, 3).repeat(2),
    "flipTwice": lambda: z(2, 3).flip([0, 0]),
    "gatherType": lambda: z(2, 3).gather(0, z(1, 3)),
    "gatherRank": lambda: z(2, 3).gather(0, L([0])),
    "gatherIndex": lambda: z(2, 3).gather(0, L([[2, 0, 0]])),
    "scatterIndex": lambda: z(2, 3).scatter(0, L([[2, 0, 0]]), 1.0),
    "scatterTypes": lambda: z(2).scatter(0, L([1]), L([1.0], dtype=torch.float64)),
    "scatterAddTypes": lambda: z(2).scatter_add(0, L([1]), L([1.0], dtype=torch.float64)),
    "indexSelectIndex": lambda: z(2, 3).index_select(0, L([2])),
    "indexSelectRank": lambda: z(2, 3).index_select(0, L([[1]])),
    "maskedSelectMask": lambda: z(2).masked_select(L([0, 1])),
    "embeddingIndex": lambda: fn.embedding(L([4]), z(3, 2)),
    "catSizes": lambda: torch.cat([z(3, 2), z(2, 3)], 0),
    "catRanks": lambda: torch.cat([z(3, 2), z(2)], 0),
    "catNone": lambda: torch.cat([], 0),
    "stackSizes": lambda: torch.stack([z(2), z(3)], 0),
    "stackNone": lambda: torch.stack([], 0),
    "dotSizes": lambda: z(2).dot(z(3)),
    "dotRank": lambda: z(2, 2).dot(z(2)),
    "mvSizes": lambda: z(2, 3).mv(z(2)),
    "mmSizes": lambda: z(2, 3).mm(z(2, 3)),
    "mmRank": lambda: z(3).mm(z(3, 2)),
    "getNothing": lambda: z(0, 3)[L([0])],
    "setNothing": lambda: z(0, 3).__setitem__(L([0]), 1.0),
    "indexSelectNothing": lambda: z(0, 3).index_select(0, L([0])),
    "gatherNothing": lambda: z(0, 3).gather(0, L([[0, 0, 0]])),
    "embeddingNothing": lambda: fn.embedding(L([0]), z(0, 3)),
    "mmTypes": lambda: z(2, 2).mm(z(2, 2).double()),
    "bmmRank": lambda: z(2, 2).bmm(z(2, 2, 2)),
    "matmulScalar": lambda: z(()).matmul(z(2)),
    "crossEntropyTarget": lambda: fn.cross_entropy(z(2, 3), L([0, 3])),
    "nllLossBatch": lambda: fn.nll_loss(z(2, 3), L([0, 1, 2])),
    "mseLossShapes": lambda: fn.mse_loss(z(2), z(3)),
}


def first_sentence(message):
    """The text up to the first full stop or line end, without the stop."""
    line = message.strip().split("\n")[0]
    return line.split(". ")[0].rstrip(".")


def write(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"torch": torch.__version__.split("+")[0], "family": "errors"}))
        file.write("\n")
        for name, call in (CALLS | layer_errors.CALLS).items():
            try:
                call()
            except Exception as refused:  # every kind of refusal is an answer here
                sentence = first_sentence(str(refused))
                sentence = deviations.MESSAGES.get(name, [sentence])[0]
                entry = {"error": name, "message": sentence}
                file.write(json.dumps(entry) + "\n")
                continue
            raise ValueError(f"{name} is not refused")
    return len(CALLS) + len(layer_errors.CALLS)
