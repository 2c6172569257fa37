"""Statements about the graph: passes, hooks, what asks for a gradient and what is dropped."""

# Seeds from here on know the engine's own words too; those before make what they always made.
ENGINE = 3000


class Walks:
    def walk(self):
        if not any(t.requires_grad for t in self.machine.tensors.values()) and self.draw.random() < 0.9:
            return None
        return self.backward() if self.draw.random() < 0.6 else self.gradient()

    def options(self):
        return "-" + self.draw.choice(["", "", "r", "r", "r", "c", "rc"])

    def roots(self):
        picked = [self.pick(tracked=0.97) for _ in range(self.draw.choice([1, 1, 1, 1, 2, 3]))]
        roots = [x for x in picked if x]
        return roots, f"[{','.join(roots)}] {[self.seed(self.t(r)) for r in roots]}".replace(", ", ",")

    def seed(self, root):
        """What a root's gradient is made from; -1 for none, which only one element may do."""
        none = self.draw.random() < (0.7 if root.numel() == 1 else 0.03)
        return -1 if none else self.draw.randint(0, 36)

    def backward(self):
        roots, text = self.roots()
        if not roots:
            return None
        inputs = ""
        if self.engine and self.draw.random() < 0.4:
            picked = [self.pick(tracked=0.97) for _ in range(self.draw.choice([1, 1, 2, 3]))]
            inputs = f" [{','.join(x for x in dict.fromkeys(picked) if x)}]" if any(picked) else ""
        return f"backward {text} {self.options()}{inputs}"

    def gradient(self):
        roots, text = self.roots()
        inputs = [self.pick(tracked=0.99) for _ in range(self.draw.choice([1, 1, 2, 3]))]
        inputs = list(dict.fromkeys(inputs))
        if not roots or None in inputs:
            return None
        options = self.options() + self.draw.choice(["", "u", "u", "u", "m"])
        return f"{self.names(len(inputs))} = grad {text} [{','.join(inputs)}] {options}"

    def graph(self):
        draw, x = self.draw, self.pick(tracked=0.9)
        if x is None:
            return None
        t = self.t(x)
        roll = draw.random()
        if not t.requires_grad and roll < 0.6 and draw.random() < 0.95:
            return None
        if roll < 0.3:
            return f"retain_grad {x}"
        if roll < 0.6:
            self.hooks += 1
            return f"h{self.hooks} = hook {x} {draw.choice(['times 2.0', 'times -0.5', 'plus 1.0', 'none 0.0'])}"
        if roll < 0.65 and self.machine.handles:
            return f"unhook {draw.choice(list(self.machine.handles))}"
        if roll < 0.72:
            return f"clear_grad {x}" if t.is_leaf else None
        if roll < 0.78:
            return f"{self.name()} = grad_of {x}" if t.is_leaf and t.grad is not None else None
        if roll < 0.84:
            return f"detach_ {x}" if not t._is_view() or draw.random() < 0.1 else None
        if roll < 0.93:
            y = self.pick(tracked=0)
            return f"requires_grad_ {y} {draw.choice([1, 1, 0])}"
        if roll < 0.96 and len(self.machine.tensors) > 3:
            return f"drop {x}"
        return f"look {x}"

    def around(self):
        """A hook of a node, or of a leaf that has collected."""
        draw = self.draw
        x = self.pick(lambda t: t.requires_grad and (t.grad_fn is not None or not t._is_view()))
        if x is None:
            return None
        self.hooks += 1
        change = draw.choice(["times 2.0", "times -0.5", "plus 1.0", "none 0.0", "stop 0.0"])
        if draw.random() < 0.4:
            return f"h{self.hooks} = before {x} {change}"
        if draw.random() < 0.5:
            return f"h{self.hooks} = after {x} {change}"
        leaf = self.pick(lambda t: t.is_leaf and t.requires_grad) or x
        return f"h{self.hooks} = collected {leaf} {draw.choice(['times 2.0', 'none 0.0'])}"
