"""Ten steps of each optimiser, in float64, on a loss that couples a vector and a smaller one."""

import json

import torch
from torch.optim import SGD, Adam, AdamW

STEPS = 10

OPTIMIZERS = {
    "sgd": lambda p: SGD(p, 0.1),
    "sgdWeightDecay": lambda p: SGD(p, 0.1, weight_decay=0.01),
    "sgdMomentum": lambda p: SGD(p, 0.1, momentum=0.9, dampening=0.1, weight_decay=0.01),
    "sgdNesterov": lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: Adam(p, 0.05),
    "adamWeightDecay": lambda p: Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1),
    "adamW": lambda p: AdamW(p, 0.05),
    "adamWWeightDecay": lambda p: AdamW(p, 0.05, betas=(0.8, 0.95), weight_decay=0.2),
}


def trained(make):
    a = torch.tensor([(i * 7 % 12 - 5) / 8 for i in range(12)], dtype=torch.float64)
    b = torch.tensor([(i * 3 % 5 - 2) / 4 for i in range(5)], dtype=torch.float64)
    parameters = [a.requires_grad_(), b.requires_grad_()]
    optimizer = make(parameters)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = (a.sin() * a.exp()).sum() + b.pow(4).sum() * a.square().sum()
        loss.backward()
        optimizer.step()
    return [p.tolist() for p in parameters]


def write(path):
    with open(path, "w", encoding="utf-8") as file:
        version = torch.__version__.split("+")[0]
        file.write(json.dumps({"torch": version, "family": "optimizers"}) + "\n")
        for name, make in OPTIMIZERS.items():
            file.write(json.dumps({"optimizer": name, "out": trained(make)}) + "\n")
    return len(OPTIMIZERS)
