"""PyTorch's side of the table, in PyTorch's own language.

Reads lines `prepare WORK` and `run TIMES`, answers each with a line of JSON. SideBySide starts it;
by hand: `echo -e "prepare ADD\nrun 20" | python side.py`.
"""

import json
import os
import sys
import time

import torch
from torch import nn

FLOATS = 1 << 24
SIDE = 1024


def leaf(*shape):
    return torch.rand(*shape) * 2 - 1


def scalars():
    x = torch.tensor(1.01, requires_grad=True)

    def step():
        y = x
        for _ in range(10):
            y = y * 1.01
        x.grad = None
        y.backward()

    return step


def products():
    x = torch.tensor(1.01, requires_grad=True)

    def step():
        y = x
        for _ in range(10):
            y = y * x
        x.grad = None
        y.backward()

    return step


def elementwise(function):
    x, w = leaf(FLOATS), leaf(FLOATS)
    return lambda: function(x, w)


def expression():
    x, w = leaf(FLOATS).requires_grad_(), leaf(FLOATS).requires_grad_()

    def step():
        x.grad = None
        w.grad = None
        (torch.tanh(x * w + x) * torch.sigmoid(w)).sum().backward()

    return step


def product():
    a, b = leaf(SIDE, SIDE), leaf(SIDE, SIDE)
    return lambda: a @ b


def training(batch, *sizes):
    inputs, classes = leaf(batch, sizes[0]), torch.randint(0, sizes[-1], (batch,))
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        loss = nn.functional.cross_entropy(model(inputs), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


WORKS = {
    "SCALARS": scalars,
    "PRODUCTS": products,
    "ADD": lambda: elementwise(lambda x, w: x + w),
    "TANH": lambda: elementwise(lambda x, w: torch.tanh(x)),
    "SUM": lambda: elementwise(lambda x, w: x.sum()),
    "EXPRESSION": expression,
    "MATMUL": product,
    "TRAINING": lambda: training(128, 784, 512, 256, 10),
    "SMALL_TRAINING": lambda: training(16, 4, 8, 3),
}


def answer(**values):
    print(json.dumps(values), flush=True)


def nanos(step, times):
    start = time.perf_counter_ns()
    for _ in range(times):
        step()
    return time.perf_counter_ns() - start


def main():
    torch.set_num_threads(int(os.environ.get("ADJOINT_BENCHMARK_THREADS", "2")))
    answer(version=f"PyTorch {torch.__version__} on Python {sys.version.split()[0]}")
    step = None
    for line in sys.stdin:
        command, argument = line.split()
        if command == "prepare":
            step = None
            step = WORKS[argument]()
            answer(prepared=argument)
        else:
            answer(nanos=nanos(step, int(argument)))


if __name__ == "__main__":
    main()
