"""The steps that PyTorch does for the lines of the table, by the names they have in Java, at the size that it tells."""

import os
from functools import partial

import torch
from torch import nn


def torch_device(name):
    """Where PyTorch works when Adjoint works on a device: where it can, if it has no such device."""
    if name.startswith("opencl"):
        return "cuda:0" if torch.cuda.is_available() else "cpu"
    return name


DEVICE = torch_device(os.environ.get("ADJOINT_BENCHMARK_DEVICE", "cpu"))
COMPILED = bool(os.environ.get("ADJOINT_BENCHMARK_COMPILED"))


def compiled(function):
    return torch.compile(function) if COMPILED else function


def leaf(*shape):
    return torch.rand(*shape, device=DEVICE) * 2 - 1


def scalars(length):
    x = torch.tensor(1.01, requires_grad=True, device=DEVICE)

    def step():
        y = x
        for _ in range(length):
            y = y * 1.01
        x.grad = None
        y.backward()

    return step


def products(length):
    x = torch.tensor(1.01, requires_grad=True, device=DEVICE)

    def step():
        y = x
        for _ in range(length):
            y = y * x
        x.grad = None
        y.backward()

    return step


def operations(length):
    x = leaf(16)

    def step():
        y = x
        for _ in range(length):
            y = y + x

    return step


def elementwise(function, floats):
    x, w = leaf(floats), leaf(floats)
    return lambda: function(x, w)


def copy(x, w):
    return w.copy_(x)


def tanh(x, w):
    return torch.tanh(x)


def total(x, w):
    return x.sum()


def expression(floats):
    x, w = leaf(floats).requires_grad_(), leaf(floats).requires_grad_()
    forward = compiled(lambda x, w: (torch.tanh(x * w + x) * torch.sigmoid(w)).sum())

    def step():
        x.grad = None
        w.grad = None
        forward(x, w).backward()

    return step


def mean_square(floats):
    x, y = leaf(floats).requires_grad_(), leaf(floats)
    forward = compiled(lambda x, y: (x - y).square().mean())

    def step():
        x.grad = None
        forward(x, y).backward()

    return step


def product(side, dtype=torch.float32, tf32=False):
    a, b = leaf(side, side).to(dtype), leaf(side, side).to(dtype)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    return lambda: a @ b


def sums(dim, side):
    a = leaf(side, side)
    return lambda: a.sum(dim)


def cross_entropy(rows):
    logits = leaf(rows, 1000).requires_grad_()
    classes = torch.randint(0, 1000, (rows,), device=DEVICE)
    forward = compiled(nn.functional.cross_entropy)

    def step():
        logits.grad = None
        forward(logits, classes).backward()

    return step


def adam(count):
    parameters = leaf(count).requires_grad_()
    parameters.grad = leaf(count)
    return compiled(torch.optim.Adam([parameters], lr=1e-3).step)


def stepping(model, make_optimizer, inputs, classes):
    optimizer = make_optimizer(model.parameters(), lr=1e-3)
    forward = compiled(lambda x, y: nn.functional.cross_entropy(model(x), y))
    update = compiled(optimizer.step)

    def step():
        loss = forward(inputs, classes)
        optimizer.zero_grad()
        loss.backward()
        update()

    return step


def convnet(batch):
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 10)).to(DEVICE)
    classes = torch.randint(0, 10, (batch,), device=DEVICE)
    return stepping(model, torch.optim.Adam, leaf(batch, 1, 28, 28), classes)


def layernorm_gelu(count):
    rows = leaf(count, 1024).requires_grad_()
    norm = nn.LayerNorm(1024).to(DEVICE)
    forward = compiled(lambda x: nn.functional.gelu(norm(x)).sum())

    def step():
        rows.grad = None
        norm.zero_grad()
        forward(rows).backward()

    return step


def training(make_optimizer, batch, *sizes):
    inputs = leaf(batch, sizes[0])
    classes = torch.randint(0, sizes[-1], (batch,), device=DEVICE)
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    model = nn.Sequential(*layers[:-1]).to(DEVICE)
    return stepping(model, make_optimizer, inputs, classes)


def small_training(batch):
    return training(torch.optim.SGD, batch, 4, 8, 3)


WORKS = {
    "SCALARS": scalars,
    "PRODUCTS": products,
    "OPERATIONS": operations,
    "SMALL_TRAINING": small_training,
    "SMALL_TRAINING_REPLAYED": small_training,
    "COPY": partial(elementwise, copy),
    "ADD": partial(elementwise, torch.add),
    "TANH": partial(elementwise, tanh),
    "EXPRESSION": expression,
    "EXPRESSION_1M": expression,
    "EXPRESSION_64K": expression,
    "EXPRESSION_1K": expression,
    "MEAN_SQUARE": mean_square,
    "SUM": partial(elementwise, total),
    "ROW_SUMS": partial(sums, 1),
    "COLUMN_SUMS": partial(sums, 0),
    "CROSS_ENTROPY": cross_entropy,
    "MATMUL_256": product,
    "MATMUL_1024": product,
    "MATMUL_2048": product,
    "TRAINING_STEP": lambda batch: training(torch.optim.Adam, batch, 784, 512, 256, 10),
    "CONVNET": convnet,
    "LAYERNORM_GELU": layernorm_gelu,
    "ADAM": adam,
    "COPY_256M": partial(elementwise, copy),
    "ADD_256M": partial(elementwise, torch.add),
    "TANH_256M": partial(elementwise, tanh),
    "EXPRESSION_256M": expression,
    "MATMUL_8192": product,
    "MATMUL_8192_TF32": partial(product, tf32=True),
    "MATMUL_8192_BF16": partial(product, dtype=torch.bfloat16),
}

# Where there is something to fuse.
COMPILABLE = {
    "SMALL_TRAINING",
    "EXPRESSION",
    "EXPRESSION_1M",
    "EXPRESSION_64K",
    "EXPRESSION_1K",
    "MEAN_SQUARE",
    "CROSS_ENTROPY",
    "TRAINING_STEP",
    "CONVNET",
    "LAYERNORM_GELU",
    "ADAM",
    "EXPRESSION_256M",
}
