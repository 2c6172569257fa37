"""A program being run: its named tensors, hooks, and what each statement showed."""

import re

import torch

from statements import WORDS, argument, digest, seen, sentence, shaped

BEFORE_THE_WALK = (
    "does not require grad",
    "grad can be implicitly",
    "Mismatch in shape",
    "can't retain_grad",
    "tensors and",
)


class Machine:
    def __init__(self):
        self.tensors = {}
        self.handles = {}
        self.events = []
        self.kept = []
        self.first = {}
        self.last = {}
        self.gradients = set()
        self.parts = set()
        self.ended = False

    def run(self, statement):
        """Runs one statement and returns what it showed; an error in the middle of a walk ends the program."""
        off = statement.startswith("! ")
        results, _, call = statement.removeprefix("! ").rpartition(" = ")
        word, *rest = call.split()
        names = results.split(",") if results else []
        self.events.clear()
        try:
            with torch.set_grad_enabled(not off):
                special = getattr(self, "do_" + word, None)
                return special(names, *rest) if special else self.plain(word, rest, names)
        except (RuntimeError, IndexError, TypeError, ValueError) as e:
            text = sentence(e)
            walked = word in ("backward", "grad") and not any(p in text for p in BEFORE_THE_WALK)
            self.ended = self.ended or walked
            return "error " + text

    def seen(self, t):
        return seen(t, self.first)

    def plain(self, word, rest, names):
        values = WORDS[word](*[argument(a, self.tensors) for a in rest])
        values = list(values) if isinstance(values, (tuple, list)) else [values]
        for name, value in zip(names, values, strict=bool(names)):
            self.tensors[name] = value
        shown = [self.seen(v) for v in values]
        if word in ("rows", "pieces"):
            self.parts |= set(names)
            shown = [of_several(s) for s in shown]
        self.last |= zip(names or rest[:1], shown)
        return "; ".join(shown)

    def do_leaf(self, names, sizes, seed):
        self.tensors[names[0]] = shaped(argument(sizes, {}), int(seed)).requires_grad_()
        return self.seen(self.tensors[names[0]])

    def do_const(self, names, sizes, seed):
        self.tensors[names[0]] = shaped(argument(sizes, {}), int(seed))
        return self.seen(self.tensors[names[0]])

    def do_look(self, _, name):
        shown = self.seen(self.tensors[name])
        shown = of_several(shown) if name in self.parts else shown
        return unnamed(shown) if name in self.gradients else shown

    def do_drop(self, _, name):
        del self.tensors[name]
        return "ok"

    def do_retain_grad(self, _, name):
        self.tensors[name].retain_grad()
        return "ok"

    def do_clear_grad(self, _, name):
        self.tensors[name].grad = None
        return "ok"

    def do_grad_of(self, names, name):
        self.tensors[names[0]] = self.tensors[name].grad
        self.gradients.add(names[0])
        return unnamed(self.seen(self.tensors[names[0]]))

    def do_hook(self, names, name, kind, factor):
        def call(g):
            if g is None:
                return None
            self.events.append(f"{names[0]} {digest(g)}")
            if kind == "times":
                return g * float(factor)
            return g + float(factor) if kind == "plus" else None

        self.handles[names[0]] = self.tensors[name].register_hook(call)
        return "ok"

    def maker(self, name):
        """The node of a tensor, a leaf's accumulator; kept, since PyTorch forgets one that no graph holds, and its hooks."""
        t = self.tensors[name]
        node = t.grad_fn or torch.autograd.graph.get_gradient_edge(t).node
        self.kept.append(node)
        return node

    def do_before(self, names, name, kind, factor):
        def call(gradients):
            self.events.extend(digests(names[0], gradients))
            return changed(gradients, kind, float(factor))

        self.handles[names[0]] = self.maker(name).register_prehook(call)
        return "ok"

    def do_after(self, names, name, kind, factor):
        def call(made, given):
            self.events.extend(digests(names[0], given))
            return changed(made, kind, float(factor))

        self.handles[names[0]] = self.maker(name).register_hook(call)
        return "ok"

    def do_collected(self, names, name, kind, factor):
        def call(leaf):
            if leaf.grad is None:  # called though no gradient arrived
                return
            self.events.append(f"{names[0]} {digest(leaf.grad)}")
            if kind == "times":
                leaf.grad = leaf.grad.detach() * float(factor)

        self.handles[names[0]] = self.tensors[name].register_post_accumulate_grad_hook(call)
        return "ok"

    def do_unhook(self, _, name):
        self.handles[name].remove()
        return "ok"

    def roots(self, roots, seeds):
        roots = argument(roots, self.tensors)
        seeds = argument(seeds, {})
        return roots, [None if s < 0 else shaped(tuple(r.shape), s) for r, s in zip(roots, seeds)]

    def do_backward(self, _, roots, seeds, options, inputs="[]"):
        roots, vectors = self.roots(roots, seeds)
        torch.autograd.backward(
            roots,
            vectors,
            retain_graph="r" in options or "c" in options,
            create_graph="c" in options,
            inputs=argument(inputs, self.tensors) or None,
        )
        shown = list(self.events)
        for name, t in list(self.tensors.items()):
            if t.grad is not None:
                tracked = "r" if t.grad.requires_grad else "-"
                shown.append(f"{name} {digest(t.grad)} {tracked}")
        return "; ".join(shown) or "nothing"

    def do_grad(self, names, roots, seeds, inputs, options):
        roots, vectors = self.roots(roots, seeds)
        results = torch.autograd.grad(
            roots,
            argument(inputs, self.tensors),
            vectors,
            retain_graph="r" in options or "c" in options,
            create_graph="c" in options,
            allow_unused=True if "u" in options else None,
            materialize_grads="m" in options,
        )
        shown = list(self.events)
        for name, g in zip(names, results, strict=True):
            shown.append("null" if g is None else unnamed(self.seen(g)))
            self.gradients.add(name)
            if g is not None:
                self.tensors[name] = g
        return "; ".join(shown)


def digests(hook, gradients):
    return [f"{hook}/{i} {digest(g)}" for i, g in enumerate(gradients) if g is not None]


def changed(gradients, kind, factor):
    """What a hook of a node returns."""
    if kind == "none":
        return None
    change = {"times": lambda g: g * factor, "plus": lambda g: g + factor, "stop": lambda g: None}[kind]
    return tuple(None if g is None else change(g) for g in gradients)


def unchecked(statements):
    """What the last statement shows where saved tensors are copied before they are overwritten."""
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        machine = Machine()
        return [machine.run(s) for s in statements][-1]


def unnamed(shown):
    """What a gradient shows, but for its node's name: a derivative may be written in several ways."""
    return re.sub(r"[A-Z]\w+:\d+", "node", shown)


def of_several(shown):
    """What an output of Adjoint's unbind or split shows, which may be written: here it is a select or a narrow."""
    return re.sub(r"(Select|Slice)Backward0:0", "part", shown)
