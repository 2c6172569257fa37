"""The first smooth case of every operation again, in float16 and bfloat16: what PyTorch's CPU makes
of inputs that the type represents, and the gradient it makes of them."""

import json
import zlib

import torch

import deviations
from golden import (
    NAMES,
    TYPES,
    In,
    described,
    gradients,
    numbers,
    outputs,
    tensors,
    weights,
)

KINDS = ("f16", "bf16")


def rounded(inp, kind):
    if inp.type != "f":
        return inp
    values = torch.tensor(inp.values, dtype=torch.float32).to(TYPES[kind]).tolist()
    return In(kind, inp.shape, values, inp.grad)


def vector(seed, like):
    return weights(seed, like.shape, True).to(like.dtype)


def line(case, kind):
    seed = zlib.crc32(f"{case.op}/{case.name}".encode())
    inputs = [rounded(i.drawn(seed + 7 * k), kind) for k, i in enumerate(case.inputs)]
    made = tensors(case, inputs)
    out = outputs(case, made)
    record = {"op": case.op, "case": f"{case.name}/{kind}"}
    if case.args:
        record["args"] = case.args
    record["in"] = [described(i) for i in inputs]
    record["out"] = [
        {"t": NAMES[o.dtype], "s": list(o.shape), "d": numbers(o, NAMES[o.dtype])} for o in out
    ]
    at = [t for t in made if t.requires_grad]
    if at and any(o.requires_grad for o in out):
        vs = [vector(seed + 101 + k, o) for k, o in enumerate(out)]
        first = iter(gradients(out, at, vs, False))
        record["v"] = [numbers(v, "f") if o.requires_grad else None for v, o in zip(vs, out)]
        record["grad"] = []
        for t in made:
            g = next(first) if t.requires_grad else None
            record["grad"].append(None if g is None else numbers(g, NAMES[t.dtype]))
    return record


def refused(case, error):
    """PyTorch's CPU has no such kernel for halves; anything else is a mistake of the table."""
    if "not implemented for" not in str(error):
        raise RuntimeError(f"{case.op}/{case.name}: {error}") from error
    print(f"  {case.op}: {error}")


def write(path, families):
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        head = {"torch": torch.__version__.split("+")[0], "family": path.stem}
        file.write(json.dumps(head) + "\n")
        seen = set()
        for case in (c for f in families for c in f.cases() if c.smooth()):
            if case.op in seen:
                continue
            seen.add(case.op)
            for kind in KINDS:
                try:
                    record = deviations.apply(line(case, kind))
                except (RuntimeError, NotImplementedError) as error:
                    refused(case, error)
                    continue
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
                count += 1
    return count
