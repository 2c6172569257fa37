package dev.adjoint.autograd;

import dev.adjoint.Autograd;
import dev.adjoint.Tensor;
import dev.adjoint.type.Device;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// An elementwise operation given as one expression in tensor methods, which every device runs as one
/// kernel, and its derivative as another.
/// ```java
/// static final ElementwiseFunction SOFTSIGN =
///     ElementwiseFunction.of("softsign", x -> x.div(x.abs().add(1)));
///
/// Tensor y = SOFTSIGN.apply(x); // one launch; tensor(…, grad_fn=<SoftsignBackward>)
/// y.sum().backward();           // one launch, which computes the expression anew and saves nothing but x
/// ```
/// The derivative is the expression's own, found by recording it, unless one is given. Operands broadcast,
/// types are the expression's, and so are NaN and kinks. Derivatives of any order are functions of this kind.
/// An expression of more than 32 steps, counting shared ones each time, takes further launches.
public final class ElementwiseFunction implements Function {
  private final String name;
  private final int operands;
  private final UnaryOperator<List<Tensor>> value;
  private final @Nullable UnaryOperator<List<Tensor>> gradient;
  private volatile boolean checked;

  private ElementwiseFunction(
      String name,
      int operands,
      UnaryOperator<List<Tensor>> value,
      @Nullable UnaryOperator<List<Tensor>> gradient) {
    this.name = name;
    this.operands = operands;
    this.value = value;
    this.gradient = gradient;
  }

  private static ElementwiseFunction named(
      String name,
      int operands,
      UnaryOperator<List<Tensor>> value,
      @Nullable UnaryOperator<List<Tensor>> gradient) {
    String node = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    return new ElementwiseFunction(node, operands, value, gradient);
  }

  /// A function of one tensor.
  public static ElementwiseFunction of(String name, UnaryOperator<Tensor> value) {
    return named(name, 1, in -> List.of(value.apply(in.getFirst())), null);
  }

  /// A function of two tensors.
  public static ElementwiseFunction of(String name, BinaryOperator<Tensor> value) {
    return named(name, 2, in -> List.of(value.apply(in.get(0), in.get(1))), null);
  }

  /// A function of any number of tensors.
  public static ElementwiseFunction of(
      String name, int operands, java.util.function.Function<List<Tensor>, Tensor> value) {
    return named(name, operands, in -> List.of(value.apply(in)), null);
  }

  /// A function of one tensor whose derivative is given, where its own would overflow or lose digits.
  ///
  /// @param gradient the input's gradient from the input and the result's gradient
  public static ElementwiseFunction of(
      String name, UnaryOperator<Tensor> value, BinaryOperator<Tensor> gradient) {
    return named(
        name,
        1,
        in -> List.of(value.apply(in.getFirst())),
        in -> List.of(gradient.apply(in.get(0), in.get(1))));
  }

  @Override
  public String name() {
    return name;
  }

  /// @throws GraphException when the expression is not elementwise, found at the first use, or the number
  ///     of operands is another
  @Override
  public List<Tensor> applyAll(Tensor... inputs) {
    if (inputs.length != operands) {
      throw new GraphException(
          name + " takes " + operands + " operands, and was given " + inputs.length + ".");
    }
    Tensor[] here = together(inputs);
    if (!checked) {
      ElementwiseTrace.check(name, value, here);
      checked = true;
    }
    return Function.super.applyAll(here);
  }

  /// Brings 0-d tensors of the CPU to where the others are.
  private static Tensor[] together(Tensor[] inputs) {
    Device device = inputs[0].device();
    for (Tensor t : inputs) {
      device = device.isCpu() ? t.device() : device;
    }
    Tensor[] here = inputs.clone();
    for (int i = 0; i < here.length; i++) {
      here[i] = here[i].dim() == 0 ? here[i].to(device) : here[i];
    }
    return here;
  }

  @Override
  public List<Tensor> forward(Context ctx, Tensor... inputs) {
    ctx.saveForBackward(inputs);
    List<Tensor> alone = List.of(inputs).stream().map(Tensor::detach).toList();
    List<Tensor> results = compute(alone);
    List<Tensor> fresh = new ArrayList<>();
    for (Tensor y : results) {
      // An expression that is its operand itself.
      fresh.add(y.isLeaf() && alone.contains(y) ? y.clone() : y);
    }
    return fresh;
  }

  private List<Tensor> compute(List<Tensor> inputs) {
    Shape shape = inputs.getFirst().shape();
    for (Tensor t : inputs) {
      shape = shape.broadcast(t.shape(), name);
    }
    List<Tensor> stretched = new ArrayList<>();
    for (Tensor t : inputs) {
      stretched.add(t.shape().equals(shape) ? t : t.expand(shape.toArray()));
    }
    List<Tensor> results = value.apply(List.copyOf(stretched));
    for (Tensor y : results) {
      if (!y.shape().equals(shape)) {
        throw new ShapeException(
            name + " is not elementwise: from " + shape + " it makes " + y.shape() + ".");
      }
    }
    return results;
  }

  @Override
  public List<@Nullable Tensor> backward(Context ctx, Tensor... gradients) {
    List<Tensor> all = new ArrayList<>();
    boolean[] asked = new boolean[operands];
    for (int i = 0; i < operands; i++) {
      asked[i] = ctx.needsInputGrad(i);
      all.add(ctx.saved(i));
    }
    all.addAll(List.of(gradients));
    ElementwiseFunction derivative = derivative(asked, all.size());
    List<Tensor> found =
        Autograd.isGradEnabled()
            ? derivative.applyAll(all.toArray(Tensor[]::new))
            : derivative.compute(all);
    List<@Nullable Tensor> out = new ArrayList<>();
    int next = 0;
    for (boolean wanted : asked) {
      out.add(wanted ? found.get(next++) : null);
    }
    return out;
  }

  /// From the operands and the results' gradients to the gradients of the operands asked for.
  private ElementwiseFunction derivative(boolean[] asked, int count) {
    UnaryOperator<List<Tensor>> formula =
        gradient != null ? gradient : in -> Autograd.enableGrad(() -> differentiate(in, asked));
    ElementwiseFunction d = new ElementwiseFunction(name + "Backward", count, formula, null);
    d.checked = true;
    return d;
  }

  private List<Tensor> differentiate(List<Tensor> in, boolean[] asked) {
    List<Tensor> at = new ArrayList<>();
    List<Tensor> leaves = new ArrayList<>();
    // Operands that are tracked are those of a derivative being differentiated in turn.
    boolean again = in.stream().anyMatch(Tensor::requiresGrad);
    for (int i = 0; i < operands; i++) {
      Tensor t = in.get(i);
      at.add(asked[i] && !t.requiresGrad() ? t.detach().requiresGrad_() : t);
      if (asked[i]) {
        leaves.add(at.getLast());
      }
    }
    List<Tensor> results = value.apply(List.copyOf(at));
    List<Tensor> weights = in.subList(operands, in.size());
    return again
        ? Pullback.of(results, leaves, weights, true)
        : Pullback.last(results, leaves, weights);
  }
}
