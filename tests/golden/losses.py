"""Cases of losses, with each reduction."""

import torch.nn.functional as fn

from golden import INF, NAN, Case, F, S, T, X

REDUCTIONS = (None, "none", "mean", "sum")
I = "i64"


def reduced(a):
    return a.get("reduction", "mean")


def pairs():
    return [
        ("mseLoss", lambda x, t, r: fn.mse_loss(x, t, reduction=r), F(2, 3), F(2, 3)),
        ("l1Loss", lambda x, t, r: fn.l1_loss(x, t, reduction=r), F(2, 3, lo=0, hi=2),
         F(2, 3, lo=-2, hi=-0.1)),
        ("smoothL1Loss", lambda x, t, r: fn.smooth_l1_loss(x, t, reduction=r),
         X([0.3, -0.4, 2.5, -2.2, 0.1, 1.7], 2, 3), X([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], 2, 3)),
        ("bceWithLogits", lambda x, t, r: fn.binary_cross_entropy_with_logits(x, t, reduction=r),
         F(2, 3), F(2, 3, lo=0, hi=1)),
    ]


SPECIAL = ([1.0, 2.0, NAN, INF, -INF, 0.0, 50.0, -50.0], [1.0, 0.0, 1.0, 1.0, 0.0, 0.5, 1.0, 1.0])


def cases():
    for op, call, x, target in pairs():
        run = lambda t, a, call=call: call(t[0], t[1], reduced(a))
        for reduction in REDUCTIONS:
            args = {"reduction": reduction} if reduction else {}
            name = op if reduction is None else op + ".reduction"
            yield Case(name, reduction or "matrix", run, [x, target], args)
            if reduction in (None, "none"):
                yield Case(name, "scalar", run, [F(lo=1, hi=1.4), F(lo=0.1, hi=0.9)], args)
                yield Case(name, "repeated", run, [F(2, 3, lo=1, hi=1.4), F(2, 3, lo=0, hi=0.9)],
                           args, repeat=True)
                for kind in ("f32", "f64"):
                    yield Case(name, f"special/{kind}", run,
                               [T(kind, SPECIAL[0], grad=True), T(kind, SPECIAL[1])], args)
        yield Case(op, "empty", run, [T("f32", [], 0, grad=True), T("f32", [], 0)], {})
    smooth = lambda t, a: fn.smooth_l1_loss(t[0], t[1], beta=a["beta"])
    for beta in (0.5, 2):
        yield Case("smoothL1Loss.beta", f"beta={beta}", smooth,
                   [X([0.3, -0.3, 2.9, -2.9, 0.1, 3.7]), X([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])],
                   {"beta": beta})
    yield Case("smoothL1Loss.beta", "repeated", smooth,
               [F(2, 3, lo=1, hi=1.4), F(2, 3, lo=0, hi=0.4)], {"beta": 0.25}, repeat=True)
    both = lambda t, a: fn.smooth_l1_loss(t[0], t[1], beta=a["beta"], reduction=reduced(a))
    for reduction in REDUCTIONS[1:]:
        yield Case("smoothL1Loss.betaReduction", reduction, both,
                   [F(2, 3, lo=1, hi=1.4), F(2, 3, lo=0, hi=0.4)],
                   {"beta": 0.25, "reduction": reduction}, repeat=reduction == "sum")
    for op, call in (("nllLoss", fn.nll_loss), ("crossEntropy", fn.cross_entropy)):
        run = lambda t, a, call=call: call(t[0], t[1], reduction=reduced(a))
        for reduction in REDUCTIONS:
            args = {"reduction": reduction} if reduction else {}
            name = op if reduction is None else op + ".reduction"
            yield Case(name, reduction or "matrix", run, [F(3, 4), T(I, [1, 3, 0])], args)
            yield Case(name, f"repeated{reduction or ''}", run, [F(3, 4), T(I, [2, 2, 2])], args,
                       repeat=True)
            yield Case(name, f"ignored{reduction or ''}", run, [F(3, 4), T(I, [1, -100, 0])], args)
        yield Case(op, "pixels", lambda t, a, call=call: call(t[0], t[1]),
                   [F(2, 3, 2), T(I, [0, 2, 1, 1], 2, 2)], {})
        ignoring = lambda t, a, call=call: call(
            t[0], t[1], ignore_index=a["ignore"], reduction=reduced(a))
        for reduction in REDUCTIONS[1:]:
            args = {"ignore": 1, "reduction": reduction}
            yield Case(op + ".ignore", reduction, ignoring, [F(3, 4), T(I, [1, 3, 1])], args)
            yield Case(op + ".ignore", reduction + "Repeated", ignoring,
                       [F(3, 4), T(I, [2, 2, 2])], args, repeat=True)
        yield Case(op, "vector", run, [F(4), S(I, 2)], {})
        yield Case(op, "allIgnored", run, [T("f32", [1.0, 2.0], 1, 2, grad=True), T(I, [-100])],
                   {})
        yield Case(op, "extreme", run,
                   [T("f32", [100.0, -100.0, INF, 0.0], 2, 2, grad=True), T(I, [1, 1])], {})
