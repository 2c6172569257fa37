"""Makes up programs: each statement suits the tensors that the ones before it left, mostly."""

import math
import random

import torch

from machine import Machine, unchecked
from operands import BINARY, PARTS, SHAPES, UNARY, UNARY_WRITES, VIEWS, apart, shape, stretches, tame
from statements import TYPES
from walks import ENGINE, Walks


class Author(Walks):
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.engine = seed >= ENGINE
        self.machine = Machine()
        self.lines = []
        self.next = 0
        self.hooks = 0
        kinds = [self.math, self.view, self.write, self.walk, self.graph, self.fold, self.structured, self.cast]
        base = [3, 3, 4, 2, 2.2, 0.8, 0.7, 0.15]
        if self.engine:
            kinds.append(self.around)
            base.append(2.5)
        self.kinds = [(k, b * self.draw.expovariate(1)) for k, b in zip(kinds, base)]

    def write_program(self):
        draw = self.draw
        self.say(f"{self.name()} = leaf {shape(draw.choice(SHAPES))} {draw.randint(0, 36)}")
        for _ in range(draw.randint(0, 2)):
            self.say(f"{self.name()} = {draw.choice(['leaf', 'leaf', 'const'])} {shape(draw.choice(SHAPES))} {draw.randint(0, 36)}")
        length, (kinds, weights) = draw.randint(5, 38), zip(*self.kinds)
        for _ in range(4 * length):
            if len(self.lines) >= length or self.machine.ended:
                break
            text = self.next_statement(draw.choices(kinds, weights)[0])
            if text:
                off = "! " if draw.random() < (0.004 if any(f"= {v} " in text for v in VIEWS) else 0.06) and quiet(text) else ""
                self.say(off + text)
        if not self.machine.ended and not any("backward" in l for l, _ in self.lines[-3:]):
            self.say(self.backward())
        for name, t in list(self.machine.tensors.items()):
            changed = self.machine.last.get(name) != self.machine.seen(t)
            if not self.machine.ended and (changed or draw.random() < 0.2):
                self.say(f"look {name}")
        return self.lines

    @staticmethod
    def next_statement(kind):
        try:
            return kind()
        except RuntimeError:  # a view that lost its node was looked at
            return None

    def say(self, text):
        if text:
            shown = self.machine.run(text)
            if "modified by an inplace" in shown:
                shown += f" ~~ {unchecked([t for t, _ in self.lines] + [text])}"
            self.lines.append((text, shown))

    def name(self):
        self.next += 1
        return f"t{self.next - 1}"

    def names(self, count):
        return ",".join(self.name() for _ in range(count))

    # Choosing operands

    def pick(self, fits=lambda t: True, tracked=0.8, any_type=False):
        """A tensor's name, later ones more often; None if none fits."""
        found = [
            n for n, t in self.machine.tensors.items() if (any_type or t.dtype == torch.float64) and fits(t)
        ]
        if self.draw.random() < tracked:
            found = [n for n in found if self.machine.tensors[n].requires_grad] or found
        for _ in range(min(3, len(found))):
            name = self.draw.choices(found, [1.0 + 2 * i for i in range(len(found))])[0]
            if tame(self.machine.tensors[name]):
                return name
        return None

    def t(self, name):
        return self.machine.tensors[name]

    def partner(self, name, grow=True):
        """A second operand that stretches to the first's shape, or rarely any."""
        mine = self.t(name).shape
        if not grow:
            return self.pick(lambda o: stretches(o.shape, mine) and apart(o, self.t(name)), tracked=0.5)
        if self.draw.random() < 0.03:
            return self.pick(tracked=0)
        return self.pick(lambda o: stretches(o.shape, mine) or grow and stretches(mine, o.shape), tracked=0.5)

    def mask(self, name):
        mine = self.t(name).shape
        return self.pick(lambda o: o.dtype == torch.bool and stretches(o.shape, mine), any_type=True, tracked=0)

    def number(self):
        return self.draw.choice([2.0, 0.5, -1.5, 3.0, 1.25, -0.25])

    # Kinds of statements

    def math(self):
        draw, x = self.draw, self.pick()
        if x is None:
            return None
        roll = draw.random()
        if roll < 0.25:
            return f"{self.name()} = {draw.choice(UNARY)} {x}"
        if roll < 0.45:
            op = draw.choice("add sub mul mul div pow clone clamp leaky_relu".split())
            args = {"pow": "2.0", "clone": "", "clamp": "-0.75 0.8", "leaky_relu": "0.125"}.get(op, self.number())
            return f"{self.name()} = {op} {x} {args}".rstrip()
        y = self.partner(x)
        if y is None:
            return None
        if roll < 0.85:
            return f"{self.name()} = {draw.choice(BINARY)} {x} {y}"
        if roll < 0.9:
            return f"{self.name()} = add_alpha {x} {y} {self.number()}"
        if roll < 0.93:
            return f"{self.name()} = gt {x} {y}"
        m = self.mask(x)
        if m is None:
            return f"{self.name()} = gt {x} 0.1"
        if roll < 0.97:
            return f"{self.name()} = where {m} {x} {y}"
        return f"{self.name()} = masked_fill {x} {m} {self.number()}"

    def view(self):
        draw, x = self.draw, self.pick(tracked=0.7)
        if x is None:
            return None
        s = tuple(self.t(x).shape)
        rank = len(s)
        d = draw.randrange(rank) if rank else 0
        choices = [f"unsqueeze {x} {draw.randint(0, rank)}", f"view {x} {shape(self.other_sizes(s))}", f"detach {x}"]
        choices.append(f"expand {x} {shape((2,) + s)}" if rank < 3 else f"flatten {x} 0 1")
        if rank:
            n = s[d]
            i = draw.randrange(n)
            choices += [f"select {x} {d} {i}"] * 2 + [f"narrow {x} {d} {i} {draw.randint(1, n - i)}"] * 2
            choices += [f"unbind {x} {d}", f"split {x} {draw.randint(1, n)} {d}", f"chunk {x} 2 {d}", f"get {x} {draw.randrange(s[0])}"]
            choices += [f"squeeze {x}", f"squeeze {x} {d}", f"slice {x} {d} 0 {n} 2", f"reshape {x} {shape(self.other_sizes(s))}"]
        if rank >= 2:
            order = draw.sample(range(rank), rank)
            choices += [f"transpose {x} 0 1", f"permute {x} {order}".replace(", ", ","), f"diagonal {x} 0 0 1", f"movedim {x} 0 {rank - 1}"]
            choices.append(f"t {x}")
        call = draw.choice(choices)
        word = call.split()[0]
        if word in PARTS and draw.random() < 0.7:
            call = call.replace(word, PARTS[word], 1)
        size = int(call.split()[2]) if word == "split" else 0
        count = {"unbind": s[d] if rank else 1, "split": math.ceil(s[d] / max(size, 1)) if rank else 1}.get(word, 1)
        if word == "chunk":
            count = math.ceil(s[d] / math.ceil(s[d] / 2))
        return f"{self.names(count)} = {call}"

    def other_sizes(self, s):
        n = math.prod(s)
        sizes = [(n,), (1, n), (n, 1), (-1,)]
        if n % 2 == 0:
            sizes += [(2, n // 2), (n // 2, 2), (2, -1)]
        return self.draw.choice(sizes)

    def write(self):
        draw = self.draw
        views = draw.random() < 0.6
        x = self.pick(lambda t: not views or t._is_view(), tracked=0.7) or self.pick()
        if x is None:
            return None
        t = self.t(x)
        if t.is_leaf and t.requires_grad and draw.random() < 0.8:
            return f"! {draw.choice(UNARY_WRITES)} {x}"
        roll = draw.random()
        if roll < 0.2:
            return f"{draw.choice(UNARY_WRITES)} {x}"
        if roll < 0.4:
            op = draw.choice("add_ mul_ mul_ sub_ div_ fill_ pow_".split())
            return f"{op} {x} {2.0 if op == 'pow_' else self.number()}"
        y = self.partner(x, grow=draw.random() < 0.1)
        if y is None:
            return None
        if roll < 0.85:
            return f"{draw.choice('add_ add_ sub_ mul_ mul_ mul_ div_'.split() + ['copy_'] * 2 * (x != y))} {x} {y}"
        if roll < 0.9:
            return f"lerp_ {x} {y} 0.25" if self.t(y).shape == t.shape else None
        m = self.mask(x)
        if m and roll < 0.95:
            return f"masked_fill_ {x} {m} {self.number()}"
        if t.dim() == 0:
            return None
        i = draw.randrange(t.shape[0])
        value = self.pick(lambda o: stretches(o.shape, t.shape[1:]), tracked=0.5)
        return f"put {x} {value if value and draw.random() < 0.7 else self.number()} {i}"

    def fold(self):
        draw, x = self.draw, self.pick()
        if x is None:
            return None
        rank = self.t(x).dim()
        choices = [f"sum {x}", f"sum {x}", f"mean {x}", f"norm {x} 2"]
        if rank:
            d = draw.randrange(rank)
            keep = draw.choice([0, 1])
            choices += [f"sum {x} [{d}] {keep}", f"mean {x} [{d}] {keep}", f"prod {x} {d}", f"amax {x} [{d}] {keep}"]
            choices += [f"logsumexp {x} [{d}]", f"prod {x}"]
        return f"{self.name()} = {draw.choice(choices)}"

    def structured(self):
        draw, x = self.draw, self.pick()
        if x is None:
            return None
        t = self.t(x)
        y = self.pick(lambda o: o.shape == t.shape, tracked=0.5) or x
        choices = [f"cat [{x},{y}] 0", f"stack [{x},{y}] 0"] if t.dim() else [f"stack [{x},{y}] 0"]
        if t.dim():
            d = draw.randrange(t.dim())
            n = t.shape[d]
            index = ",".join(str(draw.randrange(n)) for _ in range(2))
            choices += [f"cumsum {x} {d}", f"softmax {x} {d}", f"log_softmax {x} {d}", f"flip {x} [{d}]"]
            choices += [f"index_select {x} {d} i<2>:{index}", f"get {x} i<2>:{','.join(str(draw.randrange(t.shape[0])) for _ in range(2))}"]
            choices += [f"max {x} {d}", f"sort {x} {d} 0", f"repeat {x} {shape((2,) * t.dim())}"]
        if t.dim() in (1, 2):
            z = self.pick(lambda o: o.dim() == 2 and o.shape[0] == t.shape[-1], tracked=0.5)
            if z:
                choices += [f"matmul {x} {z}"] * 3
        call = draw.choice(choices)
        return f"{self.names(2 if call.split()[0] in ('max', 'sort') else 1)} = {call}"

    def cast(self):
        x = self.pick(any_type=True)
        if x is None:
            return None
        to = self.draw.choice(["f64", "i64", "f32"] if TYPES[self.t(x).dtype] == "f64" else ["f64"])
        return f"{self.name()} = to {x} {to}"


def quiet(text):
    return not text.startswith(("!", "look", "drop", "h", "unhook", "clear_grad", "retain_grad"))
