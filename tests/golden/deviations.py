"""Where Adjoint means another number than PyTorch, each with the reason."""

import math

# op, case, "out" or "grad", which tensor, which element, Adjoint's number, reason
TABLE = [
    ("gelu", "special/f32", "out", 0, 1, math.inf, "PyTorch's float64 gives infinity"),
    ("elu", "special/f64", "grad", 0, 0, 1.0, "PyTorch's float32 gives 1 at NaN"),
    ("elu.alpha", "special,alpha=0.5/f64", "grad", 0, 0, 1.0, "as elu"),
    ("elu.alpha", "special,alpha=2/f64", "grad", 0, 0, 1.0, "as elu"),
    ("logsumexp.dims", "allNegative", "grad", 0, 0, 0.0, "a sum of nothing has no slope"),
    ("logsumexp.dims", "allNegative", "grad", 0, 1, 0.0, "a sum of nothing has no slope"),
    ("mseLoss.reduction", "none/bf16", "out", 0, 2, 1.21875, "PyTorch rounds before it squares"),
]

# wrong call, the sentence Adjoint begins its message with, reason
MESSAGES = {
    "addcdivInPlaceIntegers": (
        "Integer division with addcdiv is no longer supported",
        "PyTorch's text goes on about its own releases",
    ),
    "expandFewer": (
        "expand: the number of sizes provided (1) must be greater or equal to the number of"
        " dimensions in the tensor (2)",
        "PyTorch's text begins with the C++ rendering of the tensor",
    ),
    "lerpTypes": ("expected dtype float", "PyTorch's text goes on with C++ type names"),
    "maskedFillMask": (
        "masked_fill_ only supports boolean masks, but got mask with dtype",
        "PyTorch's text ends with the C++ type's name",
    ),
}


def numbers_of(record, key, tensor):
    return record["out"][tensor]["d"] if key == "out" else record["grad"][tensor]


def encoded(value):
    if math.isnan(value):
        return "NaN"
    return ("Infinity" if value > 0 else "-Infinity") if math.isinf(value) else value


def apply(record):
    """Puts Adjoint's numbers into a golden line; a deviation that is none is an error."""
    for op, case, key, tensor, element, value, _ in TABLE:
        if (record["op"], record["case"]) == (op, case):
            numbers = numbers_of(record, key, tensor)
            if numbers[element] == encoded(value):
                raise ValueError(f"PyTorch agrees by now: {op} {case} {key} [{element}]")
            numbers[element] = encoded(value)
    return record
