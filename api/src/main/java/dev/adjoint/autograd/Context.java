package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one application of a [Function] hands from its forward to its backward.
public interface Context {

  /// Saves tensors for backward; at most once, a null is saved as null.
  ///
  /// Inputs and results are saved with their place in the graph, and reading one that was overwritten
  /// since throws. Anything else has no place there: where backward is differentiated, walking through it
  /// throws, since the second derivative would lack a term; return it as a further result, compute it
  /// again in backward, or, if it is a constant such as a random mask, [#markNonDifferentiable] it.
  /// (PyTorch lets the term be missing.)
  void saveForBackward(@Nullable Tensor... tensors);

  /// A saved tensor.
  ///
  /// @throws dev.adjoint.type.GraphException when it was overwritten, or freed by an earlier backward
  Tensor saved(int index);

  /// All saved tensors, in the order in which they were saved; see [#saved].
  List<@Nullable Tensor> savedTensors();

  /// Whether an input requires a gradient; backward may yield null for one that does not.
  boolean needsInputGrad(int index);

  /// Says that forward overwrites inputs; each must then be among the results, as itself. Called before
  /// the write, it finds what forbids the write while nothing has happened yet.
  ///
  /// @throws dev.adjoint.type.GraphException for a leaf that requires a gradient, a view of one, and what
  ///     is no input
  void markDirty(Tensor... inputs);

  /// Says that results, or saved tensors that are neither inputs nor results, do not depend on the inputs
  /// in a way that has a derivative.
  void markNonDifferentiable(Tensor... tensors);

  /// Whether gradients of results on which nothing depends reach backward as zeros, the default, or as
  /// null.
  void setMaterializeGrads(boolean zeros);

  /// Keeps an object for [#attachment], such as a shape or an array.
  ///
  /// @throws dev.adjoint.type.GraphException for a tensor, which must be saved
  void attach(Object state);

  /// The object last attached.
  <T> T attachment(Class<T> type);
}
