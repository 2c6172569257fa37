"""Writes random programs with what PyTorch made of them; needs PyTorch, which the build does not.

    python tests/golden/programs/generate.py 2600 400 [FILE] # so many seeds from 0 and from ENGINE, else into the tests' resources
    python tests/golden/programs/generate.py --show 17   # one program with every value

PyTorch itself dies of a few programs, so each batch runs in a child process; a seed that kills its child is left out.
"""

import gzip
import json
import os
import pathlib
import sys
import warnings

import torch

from author import Author
from statements import Crash
from walks import ENGINE

BATCH = 200


def program(seed):
    warnings.simplefilter("ignore")
    try:
        return Author(seed).write_program()
    except Crash:
        return None


def batch(first, last):
    """The programs of seeds that PyTorch survives."""
    done = []
    at = first
    while at < last:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            work(at, last, write)
        os.close(write)
        with os.fdopen(read, "r") as lines:
            got = [json.loads(line) for line in lines if line.endswith("\n")]
        _, status = os.waitpid(child, 0)
        done += got
        at = got[-1][0] + 1 if got else at
        if status:
            print(f"seed {at}: PyTorch ended with status {status}")
            at += 1
    return [(seed, lines) for seed, lines in done if lines]


def work(first, last, write):
    torch.set_num_threads(1)
    with os.fdopen(write, "w") as out:
        for seed in range(first, last):
            out.write(json.dumps([seed, program(seed)]) + "\n")
            out.flush()
    os._exit(0)


def main():
    if sys.argv[1] == "--show":
        torch.set_num_threads(1)
        for text, shown in program(int(sys.argv[2])):
            print(f"{text:50} | {shown}")
        return
    count, engine = int(sys.argv[1]), int(sys.argv[2])
    here = pathlib.Path(__file__).resolve().parent
    path = here.parents[1] / "src" / "test" / "resources" / "golden" / "programs.jsonl.gz"
    path = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else path
    kept = []
    for start, end in (0, count), (ENGINE, ENGINE + engine):
        for first in range(start, end, BATCH):
            kept += batch(first, min(first + BATCH, end))
    with gzip.GzipFile(path, "wb", 9, mtime=0) as out:
        for seed, lines in kept:
            out.write((json.dumps([seed, *[f"{t} | {s}" for t, s in lines]], separators=(",", ":")) + "\n").encode())
    print(f"{path.name}: {len(kept)} of {count + engine} programs, {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
