package dev.adjoint.autograd;

import dev.adjoint.Autograd;
import dev.adjoint.GradFn;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Window;
import dev.adjoint.op.BinaryOp;
import dev.adjoint.op.TernaryOp;
import dev.adjoint.op.UnaryOp;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Records an expression once, on one element and without computing it, to see what it is made of.
final class ElementwiseTrace {
  private static final Set<String> NODES = ConcurrentHashMap.newKeySet();

  static {
    Stream.of(UnaryOp.values(), BinaryOp.values(), TernaryOp.values())
        .flatMap(Arrays::stream)
        .forEach(op -> NODES.add(op.node()));
  }

  private ElementwiseTrace() {}

  /// Finds what makes an expression no elementwise function of its operands.
  static void check(String name, UnaryOperator<List<Tensor>> value, Tensor[] operands) {
    try (Window _ = Window.open();
        Scope _ = Scope.open()) {
      Autograd.enableGrad(() -> trace(name, value, operands));
    }
    NODES.add(name + "Backward");
  }

  private static void trace(String name, UnaryOperator<List<Tensor>> value, Tensor[] operands) {
    List<Tensor> in = new ArrayList<>();
    Set<GradFn> own = new HashSet<>();
    for (Tensor t : operands) {
      boolean floating = t.dtype().isFloating();
      DType type = t.dtype();
      Tensor one = Tensors.full(Tensors.shape(1), 1, type, t.device()).requiresGrad_(floating);
      in.add(one);
      if (floating) {
        own.add(Objects.requireNonNull(one.mul(1).gradFn()).nextFunctions().getFirst().function());
      }
    }
    Set<GradFn> seen = new HashSet<>();
    ArrayDeque<GradFn> open = new ArrayDeque<>();
    List<Tensor> results = value.apply(List.copyOf(in));
    results.forEach(y -> visit(y.gradFn(), seen, open));
    for (GradFn node = open.poll(); node != null; node = open.poll()) {
      if (node.nextFunctions().isEmpty() && !own.contains(node)) {
        throw new GraphException(
            name
                + " uses a tensor that requires a gradient and is none of its operands, so that gradient"
                + " would be lost. Pass it as an operand.");
      }
      if (!node.nextFunctions().isEmpty() && !NODES.contains(node.name())) {
        throw new GraphException(
            name
                + " is not elementwise: it uses "
                + node.name()
                + ". Write a Function, or do that outside.");
      }
      for (GradFn.Edge edge : node.nextFunctions()) {
        visit(edge.function(), seen, open);
      }
    }
    // So that nothing it saved is computed.
    List<Tensor> leaves = in.stream().filter(Tensor::requiresGrad).toList();
    Pullback.last(results, leaves, results.stream().map(Tensors::onesLike).toList());
  }

  private static void visit(
      @org.jspecify.annotations.Nullable GradFn node, Set<GradFn> seen, ArrayDeque<GradFn> open) {
    if (node != null && seen.add(node)) {
      open.add(node);
    }
  }
}
