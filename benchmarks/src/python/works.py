"""The steps that PyTorch does for the lines of the table, by the names they have in Java."""

import os

import torch
from torch import nn

FLOATS = 1 << 24
MEBI = 1 << 20


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


def scalars():
    x = torch.tensor(1.01, requires_grad=True, device=DEVICE)

    def step():
        y = x
        for _ in range(10):
            y = y * 1.01
        x.grad = None
        y.backward()

    return step


def products():
    x = torch.tensor(1.01, requires_grad=True, device=DEVICE)

    def step():
        y = x
        for _ in range(10):
            y = y * x
        x.grad = None
        y.backward()

    return step


def operations():
    x = leaf(16)

    def step():
        y = x
        for _ in range(100):
            y = y + x

    return step


def elementwise(function, floats=FLOATS):
    x, w = leaf(floats), leaf(floats)
    return lambda: function(x, w)


def copy(x, w):
    return w.copy_(x)


def tanh(x, w):
    return torch.tanh(x)


def expression(floats):
    x, w = leaf(floats).requires_grad_(), leaf(floats).requires_grad_()
    forward = compiled(lambda x, w: (torch.tanh(x * w + x) * torch.sigmoid(w)).sum())

    def step():
        x.grad = None
        w.grad = None
        forward(x, w).backward()

    return step


def mean_square():
    x, y = leaf(FLOATS).requires_grad_(), leaf(FLOATS)
    forward = compiled(lambda x, y: (x - y).square().mean())

    def step():
        x.grad = None
        forward(x, y).backward()

    return step


def product(side, dtype=torch.float32, tf32=False):
    a, b = leaf(side, side).to(dtype), leaf(side, side).to(dtype)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    return lambda: a @ b


def sums(dim):
    a = leaf(4096, 4096)
    return lambda: a.sum(dim)


def cross_entropy():
    logits = leaf(4096, 1000).requires_grad_()
    classes = torch.randint(0, 1000, (4096,), device=DEVICE)
    forward = compiled(nn.functional.cross_entropy)

    def step():
        logits.grad = None
        forward(logits, classes).backward()

    return step


def adam():
    parameters = leaf(10_000_000).requires_grad_()
    parameters.grad = leaf(10_000_000)
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


def convnet():
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 10)).to(DEVICE)
    classes = torch.randint(0, 10, (64,), device=DEVICE)
    return stepping(model, torch.optim.Adam, leaf(64, 1, 28, 28), classes)


def layernorm_gelu():
    rows = leaf(4096, 1024).requires_grad_()
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


WORKS = {
    "SCALARS": scalars,
    "PRODUCTS": products,
    "OPERATIONS": operations,
    "SMALL_TRAINING": lambda: training(torch.optim.SGD, 16, 4, 8, 3),
    "SMALL_TRAINING_REPLAYED": lambda: training(torch.optim.SGD, 16, 4, 8, 3),
    "COPY": lambda: elementwise(copy, 64 * MEBI),
    "ADD": lambda: elementwise(torch.add),
    "TANH": lambda: elementwise(tanh),
    "EXPRESSION": lambda: expression(FLOATS),
    "EXPRESSION_1M": lambda: expression(MEBI),
    "EXPRESSION_64K": lambda: expression(1 << 16),
    "EXPRESSION_1K": lambda: expression(1 << 10),
    "MEAN_SQUARE": mean_square,
    "SUM": lambda: elementwise(lambda x, w: x.sum()),
    "ROW_SUMS": lambda: sums(1),
    "COLUMN_SUMS": lambda: sums(0),
    "CROSS_ENTROPY": cross_entropy,
    "MATMUL_256": lambda: product(256),
    "MATMUL_1024": lambda: product(1024),
    "MATMUL_2048": lambda: product(2048),
    "TRAINING_STEP": lambda: training(torch.optim.Adam, 128, 784, 512, 256, 10),
    "CONVNET": convnet,
    "LAYERNORM_GELU": layernorm_gelu,
    "ADAM": adam,
    "COPY_256M": lambda: elementwise(copy, 256 * MEBI),
    "ADD_256M": lambda: elementwise(torch.add, 256 * MEBI),
    "TANH_256M": lambda: elementwise(tanh, 256 * MEBI),
    "EXPRESSION_256M": lambda: expression(256 * MEBI),
    "MATMUL_8192": lambda: product(8192),
    "MATMUL_8192_TF32": lambda: product(8192, tf32=True),
    "MATMUL_8192_BF16": lambda: product(8192, dtype=torch.bfloat16),
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
