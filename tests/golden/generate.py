"""Writes the golden numbers of the conformance suite; needs PyTorch, which the build does not.

    python tests/golden/generate.py            # into tests/src/test/resources/golden
"""

import pathlib
import sys
import warnings

import torch

import binary
import errors
import halves
import indexing
import layers
import losses
import matrix
import optimizers
import reductions
import unary
import views
from golden import write

FAMILIES = (unary, binary, reductions, views, indexing, matrix, losses, layers)


def main():
    here = pathlib.Path(__file__).resolve().parent
    default = here.parent / "src" / "test" / "resources" / "golden"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for family in FAMILIES:
        path = folder / f"{family.__name__}.jsonl"
        count = write(path, family.cases())
        print(f"{path.name}: {count} cases, {path.stat().st_size // 1024} KB")
    path = folder / "halves.jsonl"
    print(f"{path.name}: {halves.write(path, FAMILIES)} cases")
    for family in (errors, optimizers):
        path = folder / f"{family.__name__}.jsonl"
        print(f"{path.name}: {family.write(path)} cases")


if __name__ == "__main__":
    main()
