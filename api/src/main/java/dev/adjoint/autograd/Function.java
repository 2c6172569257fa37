package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import dev.adjoint.graph.FunctionCall;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An operation with a derivative of the user's own: PyTorch's `torch.autograd.Function`.
///
/// What is not a tensor is a field, so a record is the natural form; what a call saves is in its
/// [Context], so one function may be applied any number of times and by several threads.
/// ```java
/// record Power(int n) implements Function {
///   public List<Tensor> forward(Context ctx, Tensor... x) {
///     ctx.saveForBackward(x[0]);
///     return List.of(x[0].pow(n));
///   }
///
///   public List<Tensor> backward(Context ctx, Tensor... g) {
///     return List.of(g[0].mul(ctx.saved(0).pow(n - 1).mul(n)));
///   }
/// }
///
/// Tensor y = new Power(3).apply(x); // tensor(8., grad_fn=<PowerBackward>)
/// ```
/// Both methods run in a scope and a window of their own: tensors that they make are closed when they
/// end, but those returned or saved, and elementwise steps wait to become one launch. `backward` is made
/// of tensor methods, so it can be differentiated in turn, as often as one likes.
public interface Function {

  /// Computes the results, with recording off.
  ///
  /// A result may be an input, which comes back as another tensor over the same memory unless it was
  /// [marked dirty][Context#markDirty], or a view of one; neither can then be written in place while
  /// recording, since that would go round [#backward].
  ///
  /// @return at least one tensor
  List<Tensor> forward(Context ctx, Tensor... inputs);

  /// The inputs' gradients from the results'.
  ///
  /// Each is summed to its input's shape and converted to its type. Nulls beyond the inputs are ignored.
  ///
  /// @param gradients one per result, of its shape; zeros where nothing depends on it, or null there
  ///     after [Context#setMaterializeGrads]
  /// @return one per input, null for none, as with [java.util.Arrays#asList]
  List<? extends @Nullable Tensor> backward(Context ctx, Tensor... gradients);

  /// Whether [#backward] cannot be differentiated, since it leaves tensor methods. Then it runs with
  /// recording off, and whatever differentiates its result a second time throws; PyTorch throws only if
  /// an incoming gradient was recorded, and is silently wrong otherwise.
  default boolean isOnceDifferentiable() {
    return false;
  }

  /// What messages call this; its node has the same name with `Backward`.
  default String name() {
    String name = getClass().getSimpleName();
    return name.isEmpty() ? "Function" : name;
  }

  /// Applies this where it has one result.
  ///
  /// @throws GraphException when it has several
  default Tensor apply(Tensor... inputs) {
    List<Tensor> results = applyAll(inputs);
    if (results.size() != 1) {
      throw new GraphException(
          name()
              + " returned "
              + results.size()
              + " results where one was asked for. Use applyAll.");
    }
    return results.getFirst();
  }

  /// Applies this and records it, if some input requires a gradient.
  default List<Tensor> applyAll(Tensor... inputs) {
    return FunctionCall.run(this, inputs);
  }
}
