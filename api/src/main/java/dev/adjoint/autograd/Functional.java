package dev.adjoint.autograd;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Derivatives of functions rather than of recorded results: PyTorch's `torch.autograd.functional`.
///
/// The inputs need not require a gradient, and their `.grad` stays as it is. With
/// [GradOption#CREATE_GRAPH] results can be differentiated, through the inputs' own history too; other
/// options are ignored. What a function does not depend on has a derivative of zeros.
@SuppressWarnings("overloads") // the lists tell which is meant
public final class Functional {
  private Functional() {}

  /// What a function yields, and the products with its derivative, one per output or per input.
  public record Products(List<Tensor> outputs, List<Tensor> products) {

    /// The first output.
    public Tensor output() {
      return outputs.getFirst();
    }

    /// The first product.
    public Tensor product() {
      return products.getFirst();
    }
  }

  /// All partial derivatives, in the output's shape followed by the input's; one backward per element of
  /// the output.
  public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor x, GradOption... options) {
    return jacobian(ofOne(f), List.of(x), options).getFirst().getFirst();
  }

  /// As the other method, by output and input.
  public static List<List<Tensor>> jacobian(
      UnaryOperator<List<Tensor>> f, List<? extends Tensor> inputs, GradOption... options) {
    boolean create = creates(options);
    return Autograd.enableGrad(() -> {
      List<Tensor> at = begin(inputs, create);
      List<List<Tensor>> out = new ArrayList<>();
      for (Tensor y : f.apply(at)) {
        out.add(jacobian(y, at, create));
      }
      return List.copyOf(out);
    });
  }

  private static List<Tensor> jacobian(Tensor y, List<Tensor> at, boolean create) {
    int n = (int) y.numel();
    Tensor units = Tensors.eye(n, n, y.dtype(), y.device());
    long[] sizes = Pullback.concatenated(new long[] {n}, y.shape().toArray());
    List<Tensor> rows = Pullback.batched(List.of(y), at, List.of(units.reshape(sizes)), create);
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      long[] whole = Pullback.concatenated(y.shape().toArray(), at.get(i).shape().toArray());
      out.add(rows.get(i).reshape(whole));
    }
    return out;
  }

  /// All second partial derivatives of a function of one element, in the input's shape twice.
  ///
  /// @throws GraphException when the function yields more than one element
  public static Tensor hessian(UnaryOperator<Tensor> f, Tensor x, GradOption... options) {
    return hessian(ofOne(f), List.of(x), options).getFirst().getFirst();
  }

  /// As the other method, by input and input.
  public static List<List<Tensor>> hessian(
      UnaryOperator<List<Tensor>> f, List<? extends Tensor> inputs, GradOption... options) {
    return jacobian(at -> gradients("hessian", f.apply(at), at), inputs, options);
  }

  private static List<Tensor> gradients(String who, List<Tensor> results, List<Tensor> at) {
    if (results.size() != 1 || results.getFirst().numel() != 1) {
      throw new GraphException(
          "The Tensor returned by the function given to "
              + who
              + " should contain a single element");
    }
    Tensor y = results.getFirst();
    return Pullback.of(List.of(y), at, List.of(Tensors.onesLike(y)), true);
  }

  /// A vector times the Jacobian: one backward.
  ///
  /// @param v of the output's shape; null stands for 1 where the output has one element
  public static Products vjp(
      UnaryOperator<Tensor> f, Tensor x, @Nullable Tensor v, GradOption... options) {
    return vjp(ofOne(f), List.of(x), v == null ? null : List.of(v), options);
  }

  /// As the other method, with products by input.
  public static Products vjp(
      UnaryOperator<List<Tensor>> f,
      List<? extends Tensor> inputs,
      @Nullable List<? extends Tensor> v,
      GradOption... options) {
    boolean create = creates(options);
    return Autograd.enableGrad(() -> {
      List<Tensor> at = begin(inputs, create);
      List<Tensor> y = f.apply(at);
      List<Tensor> products = Pullback.of(y, at, Pullback.vector(v, y), create);
      return new Products(end(y, create), products);
    });
  }

  /// The Jacobian times a vector: the backward's own derivative, so two backwards.
  ///
  /// @param v of the input's shape; null stands for 1 where the input has one element
  public static Products jvp(
      UnaryOperator<Tensor> f, Tensor x, @Nullable Tensor v, GradOption... options) {
    return jvp(ofOne(f), List.of(x), v == null ? null : List.of(v), options);
  }

  /// As the other method, with products by output.
  public static Products jvp(
      UnaryOperator<List<Tensor>> f,
      List<? extends Tensor> inputs,
      @Nullable List<? extends Tensor> v,
      GradOption... options) {
    boolean create = creates(options);
    return Autograd.enableGrad(() -> {
      List<Tensor> at = begin(inputs, create);
      List<Tensor> y = f.apply(at);
      return new Products(end(y, create), push(y, at, Pullback.vector(v, at), create));
    });
  }

  /// A backward is linear in the gradient it starts with, and its derivative in that is the Jacobian.
  private static List<Tensor> push(
      List<Tensor> y, List<Tensor> at, List<? extends Tensor> v, boolean create) {
    List<Tensor> start =
        y.stream().map(t -> Tensors.zerosLike(t).requiresGrad_(t.dtype().isFloating())).toList();
    List<Tensor> pulled = Pullback.of(y, at, start, true);
    return Pullback.of(pulled, start, v, create);
  }

  /// The Hessian of a function of one element times a vector, of the input's shape.
  public static Products hvp(
      UnaryOperator<Tensor> f, Tensor x, @Nullable Tensor v, GradOption... options) {
    return hvp(ofOne(f), List.of(x), v == null ? null : List.of(v), options);
  }

  /// As the other method, with products by input: three backwards. [#vhp] takes two and yields the same
  /// where second derivatives are continuous.
  public static Products hvp(
      UnaryOperator<List<Tensor>> f,
      List<? extends Tensor> inputs,
      @Nullable List<? extends Tensor> v,
      GradOption... options) {
    boolean create = creates(options);
    return Autograd.enableGrad(() -> {
      List<Tensor> at = begin(inputs, create);
      List<Tensor> y = f.apply(at);
      List<Tensor> slope = gradients("hvp", y, at);
      return new Products(end(y, create), push(slope, at, Pullback.vector(v, at), create));
    });
  }

  /// A vector times the Hessian of a function of one element.
  public static Products vhp(
      UnaryOperator<Tensor> f, Tensor x, @Nullable Tensor v, GradOption... options) {
    return vhp(ofOne(f), List.of(x), v == null ? null : List.of(v), options);
  }

  /// As the other method, with products by input: two backwards.
  public static Products vhp(
      UnaryOperator<List<Tensor>> f,
      List<? extends Tensor> inputs,
      @Nullable List<? extends Tensor> v,
      GradOption... options) {
    boolean create = creates(options);
    return Autograd.enableGrad(() -> {
      List<Tensor> at = begin(inputs, create);
      List<Tensor> y = f.apply(at);
      List<Tensor> slope = gradients("vhp", y, at);
      List<Tensor> products = Pullback.of(slope, at, Pullback.vector(v, at), create);
      return new Products(end(y, create), products);
    });
  }

  /// Gradients from many gradients of the outputs: what `grad(…, is_grads_batched=True)` yields. The
  /// graph is walked once for each, and stays.
  ///
  /// @param gradOutputs one per output, of its shape behind a first dimension, equal for all
  /// @return one per input, of its shape behind that dimension
  public static List<Tensor> batchedGrad(
      List<? extends Tensor> outputs,
      List<? extends Tensor> inputs,
      List<? extends Tensor> gradOutputs,
      GradOption... options) {
    return Pullback.batched(outputs, inputs, gradOutputs, creates(options));
  }

  private static boolean creates(GradOption[] options) {
    return Arrays.asList(options).contains(GradOption.CREATE_GRAPH);
  }

  /// Inputs of one use, in the graph of the given ones if the results shall be.
  private static List<Tensor> begin(List<? extends Tensor> inputs, boolean create) {
    List<Tensor> out = new ArrayList<>();
    for (Tensor t : inputs) {
      boolean linked = create && t.requiresGrad();
      out.add(linked ? t.expand(t.shape().toArray()) : t.detach().requiresGrad_());
    }
    return List.copyOf(out);
  }

  private static List<Tensor> end(List<Tensor> outputs, boolean create) {
    return create ? outputs : outputs.stream().map(Tensor::detach).toList();
  }

  private static UnaryOperator<List<Tensor>> ofOne(UnaryOperator<Tensor> f) {
    return in -> List.of(f.apply(in.getFirst()));
  }
}
