package dev.adjoint.autograd;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/// Compares derivatives with what small steps of the inputs do to the results:
/// `(f(x + eps) - f(x - eps)) / (2 eps)` against one backward per element of the results.
/// ```java
/// GradCheck.gradcheck(x -> x.sin().mul(x), x);               // throws, with the place and both values
/// GradCheck.DEFAULTS.eps(1e-5).fast(true).second(f, inputs); // one random direction, second derivatives
/// ```
/// Inputs should be float64; those that require a gradient are checked. The function gets copies whose
/// dimensions lie in the same order, so the inputs themselves are never written, and it must compute from
/// what it is given, the same each time.
///
/// @param eps the step
/// @param atol how far apart values may be
/// @param rtol how far apart they may be besides, relative to the quotient of differences
/// @param nondetTol how far two backwards of the same gradient may be apart
/// @param fast whether one random direction stands for all elements; what fails there is checked in full
/// @param raise whether a failed check throws instead of returning false
public record GradCheck(
    double eps, double atol, double rtol, double nondetTol, boolean fast, boolean raise) {

  /// PyTorch's: eps 1e-6, atol 1e-5, rtol 1e-3, no nondeterminism, every element, throwing.
  public static final GradCheck DEFAULTS = new GradCheck(1e-6, 1e-5, 1e-3, 0, false, true);

  /// Checks the first derivatives of a function of one tensor.
  ///
  /// @throws GraphException when they are wrong
  public static boolean gradcheck(UnaryOperator<Tensor> f, Tensor x) {
    return DEFAULTS.first(ofOne(f), List.of(x));
  }

  /// Checks the first derivatives of a function of two tensors.
  public static boolean gradcheck(BinaryOperator<Tensor> f, Tensor x, Tensor y) {
    return DEFAULTS.first(ofTwo(f), List.of(x, y));
  }

  /// Checks the second derivatives of a function of one tensor.
  ///
  /// @throws GraphException when they are wrong
  public static boolean gradgradcheck(UnaryOperator<Tensor> f, Tensor x) {
    return DEFAULTS.second(ofOne(f), List.of(x));
  }

  /// Checks the second derivatives of a function of two tensors.
  public static boolean gradgradcheck(BinaryOperator<Tensor> f, Tensor x, Tensor y) {
    return DEFAULTS.second(ofTwo(f), List.of(x, y));
  }

  private static UnaryOperator<List<Tensor>> ofOne(UnaryOperator<Tensor> f) {
    return in -> List.of(f.apply(in.getFirst()));
  }

  private static UnaryOperator<List<Tensor>> ofTwo(BinaryOperator<Tensor> f) {
    return in -> List.of(f.apply(in.get(0), in.get(1)));
  }

  /// The same check with another step.
  public GradCheck eps(double step) {
    return new GradCheck(step, atol, rtol, nondetTol, fast, raise);
  }

  /// The same check with another absolute tolerance.
  public GradCheck atol(double tolerance) {
    return new GradCheck(eps, tolerance, rtol, nondetTol, fast, raise);
  }

  /// The same check with another relative tolerance.
  public GradCheck rtol(double tolerance) {
    return new GradCheck(eps, atol, tolerance, nondetTol, fast, raise);
  }

  /// The same check with another tolerance of nondeterminism.
  public GradCheck nondetTol(double tolerance) {
    return new GradCheck(eps, atol, rtol, tolerance, fast, raise);
  }

  /// The same check along one random direction, or of every element.
  public GradCheck fast(boolean oneDirection) {
    return new GradCheck(eps, atol, rtol, nondetTol, oneDirection, raise);
  }

  /// The same check, throwing or returning false.
  public GradCheck raise(boolean throwing) {
    return new GradCheck(eps, atol, rtol, nondetTol, fast, throwing);
  }

  /// Checks first derivatives of all floating results with respect to all inputs that require a gradient.
  ///
  /// @return whether they are right
  /// @throws GraphException when they are not and [#raise] is set; the message has the indices of result,
  ///     input and elements, both values, their relative error, and whether the function has a kink there
  public boolean first(UnaryOperator<List<Tensor>> f, List<? extends Tensor> inputs) {
    try {
      new Comparison(this, f, inputs).check();
      return true;
    } catch (GraphException e) {
      if (raise) {
        throw e;
      }
      return false;
    }
  }

  /// Checks second derivatives: the first derivatives of the gradients, weighted at random, as a function
  /// of the inputs and of those weights.
  public boolean second(UnaryOperator<List<Tensor>> f, List<? extends Tensor> inputs) {
    int given = inputs.size();
    List<Tensor> all = new ArrayList<>(inputs);
    Autograd.enableGrad(() -> {
      for (Tensor y : f.apply(List.copyOf(inputs))) {
        if (y.requiresGrad()) {
          all.add(Directions.random(y, given).requiresGrad_());
        }
      }
    });
    return first(in -> gradients(f, in.subList(0, given), in.subList(given, in.size())), all);
  }

  private static List<Tensor> gradients(
      UnaryOperator<List<Tensor>> f, List<Tensor> inputs, List<Tensor> weights) {
    List<Tensor> results = f.apply(inputs).stream().filter(Tensor::requiresGrad).toList();
    List<Tensor> asked = inputs.stream().filter(Tensor::requiresGrad).toList();
    if (results.isEmpty()) {
      return asked.stream().map(Tensors::zerosLike).toList();
    }
    return Autograd.grad(
            results, asked, weights, GradOption.CREATE_GRAPH, GradOption.MATERIALIZE_GRADS)
        .stream()
        .map(Objects::requireNonNull)
        .toList();
  }
}
