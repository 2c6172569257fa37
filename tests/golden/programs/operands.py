"""The words that programs are made of, and what operands must be like to suit each other."""

import torch

UNARY = "neg abs tanh sigmoid sin cos relu square erf sign exp silu gelu softplus expm1 reciprocal floor".split()
UNARY_WRITES = "neg_ abs_ tanh_ sigmoid_ sin_ cos_ relu_ square_ exp_ sign_ zero_".split()
BINARY = "add sub mul mul mul maximum minimum div atan2".split()
# Adjoint's words for operations of several results, where they may be written.
PARTS = {"unbind": "rows", "split": "pieces"}
# Statements that make views, which under no_grad are a chapter of their own.
VIEWS = """unsqueeze view expand flatten select narrow unbind split chunk get squeeze slice reshape transpose
 permute diagonal movedim t rows pieces""".split()
SHAPES = [(), (1,), (2,), (3,), (4,), (2, 2), (2, 3), (3, 2), (1, 3), (3, 1), (2, 1, 2), (2, 2, 2), (2, 3, 2), (1, 1)]


def shape(sizes):
    return "<" + ",".join(str(s) for s in sizes) + ">"


def stretches(small, large):
    if len(small) > len(large):
        return False
    pairs = zip(reversed(small), reversed(large))
    return all(a in (1, b) for a, b in pairs)


def apart(a, b):
    """Whether two operands have no memory in common, or all of it: what PyTorch allows, mostly."""
    return a.untyped_storage().data_ptr() != b.untyped_storage().data_ptr() or a is b


def tame(t):
    """Small enough, and with numbers that do not drown rounding."""
    values = t.data.to(torch.float64)
    return t.numel() <= 24 and t.dim() <= 3 and bool(torch.isfinite(values).all()) and bool((values.abs() < 1000).all())
