"""PyTorch's side of the table, in PyTorch's own language.

Reads lines `prepare WORK SIZE`, `run TIMES` and `peak WORK SIZE`, answers each with a line of JSON. SideBySide
starts it; by hand: `echo -e "prepare ADD 1000000\nrun 20" | python -m side`.
"""

import json
import os
import sys
import time
from functools import partial


def answer(**values):
    print(json.dumps(values), flush=True)


try:
    import torch
except ImportError as e:
    answer(failed=str(e))
    sys.exit()

import peaks
from works import COMPILABLE, COMPILED, DEVICE, WORKS


def wait():
    if DEVICE.startswith("cuda"):
        torch.cuda.synchronize(DEVICE)


def nanos(step, times):
    """Of steps that each end with their results there, as they do on the other side."""
    wait()
    start = time.perf_counter_ns()
    for _ in range(times):
        step()
        wait()
    return time.perf_counter_ns() - start


def prepare(work, size):
    """Makes the step and does it once, so that what cannot be done, or compiled, is known."""
    if COMPILED and work not in COMPILABLE:
        raise NotImplementedError(work)
    step = WORKS[work](size)
    nanos(step, 1)
    return step


def version():
    where = torch.cuda.get_device_name(DEVICE) if DEVICE.startswith("cuda") else DEVICE
    how = ", torch.compile" if COMPILED else ""
    return f"PyTorch {torch.__version__} on Python {sys.version.split()[0]}, {where}{how}"


def main():
    torch.set_num_threads(int(os.environ.get("ADJOINT_BENCHMARK_THREADS", "2")))
    try:
        answer(version=version())
    except (AssertionError, RuntimeError) as e:
        answer(failed=str(e).split("\n")[0])
        return
    step = None
    for line in sys.stdin:
        command, *arguments = line.split()
        try:
            if command == "prepare":
                step = None
                if COMPILED:
                    torch._dynamo.reset()
                work, size = arguments
                step = prepare(work, int(size))
                answer(prepared=work)
            elif command == "peak":
                step = None
                work, size = arguments
                answer(bytes=peaks.of(partial(WORKS[work], int(size)), DEVICE))
            else:
                answer(nanos=nanos(step, int(arguments[0])))
        except Exception as e:
            answer(failed=f"{type(e).__name__}: {e}".split("\n")[0])


if __name__ == "__main__":
    main()
