"""How many bytes a step's tensors take at most, from the making of its data on: parameters, gradients, the
optimiser's state, what the graph saves, and what an operation needs for itself.
"""

import gc

import torch
from torch.profiler import ProfilerActivity, profile

STEPS = 5


def run(make):
    step = make()
    for _ in range(STEPS):
        step()


def on_cuda(make, device):
    """As the caching allocator counts."""
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    run(make)
    return torch.cuda.max_memory_allocated(device) - before


def on_cpu(make):
    """The greatest sum of what the profiler saw taken and given back, in order."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        run(make)
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    in_use = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        in_use += event.nbytes()
        most = max(most, in_use)
    return most


def of(make, device):
    gc.collect()
    return on_cuda(make, device) if device.startswith("cuda") else on_cpu(make)
