package dev.adjoint;

import dev.adjoint.autograd.Differentiable;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.host.Export;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Elements of one type in a shape, on one device, that remember how they were computed.
///
/// Names and meanings are PyTorch's; a trailing underscore marks a method that changes this tensor and
/// returns it. Tensors may be read from several threads; writing one while another thread uses it
/// needs the caller's synchronisation. Closing is optional: see [Scope].
public sealed interface Tensor
    extends ElementwiseOps,
        ArithmeticOps,
        ComparisonOps,
        ReductionOps,
        OrderingOps,
        ViewOps,
        IndexingOps,
        MatrixOps,
        ConvolutionOps,
        Differentiable,
        NormalizationOps,
        AutoCloseable
    permits EagerTensor {

  Shape shape();

  /// Size of a dimension; -1 is the last.
  default long size(int dim) {
    return shape().size(dim);
  }

  /// Number of dimensions.
  default int dim() {
    return shape().rank();
  }

  /// Number of elements.
  default long numel() {
    return shape().elements();
  }

  DType dtype();

  Device device();

  /// How many elements apart neighbours along each dimension lie. The result of an elementwise operation lies
  /// in the order of its operands' memory, as in PyTorch (TensorIterator): after `x.t().exp()` too, rows are
  /// neighbours where those of `x.t()` are.
  long[] stride();

  /// Where the first element lies in the storage, in elements.
  long storageOffset();

  /// Whether row-major order is the order of the memory.
  boolean isContiguous();

  /// Whether operations on this are recorded: it was asked for, or it was computed from such a tensor.
  boolean requiresGrad();

  /// Asks for a gradient; see [#requiresGrad_(boolean)].
  default Tensor requiresGrad_() {
    return requiresGrad_(true);
  }

  /// Asks, or no longer asks, for a gradient.
  ///
  /// @throws dev.adjoint.type.DTypeException when asked of integers or bools
  /// @throws dev.adjoint.type.GraphException when a computed tensor is told not to
  Tensor requiresGrad_(boolean required);

  /// Whether this was not computed by a recorded operation.
  default boolean isLeaf() {
    return gradFn() == null;
  }

  /// The gradient that backward passes have added up, or null before the first. Only leaves, and
  /// tensors that were told to [#retainGrad], collect it.
  @Nullable Tensor grad();

  /// Replaces the collected gradient; null clears it.
  void setGrad(@Nullable Tensor gradient);

  /// The node that made this, or null for a leaf.
  @Nullable GradFn gradFn();

  /// Which result of its node's operation this is.
  int outputNr();

  /// Adds the gradients of this one-element tensor to the leaves it was computed from.
  ///
  /// @throws dev.adjoint.type.GraphException when it has more elements, needs no gradient, or its graph
  ///     was freed by an earlier pass
  default void backward(GradOption... options) {
    Autograd.backward(List.of(this), null, options);
  }

  /// Adds the vector-Jacobian product of a vector of this tensor's shape to the leaves.
  default void backward(Tensor gradient, GradOption... options) {
    Autograd.backward(List.of(this), List.of(gradient), options);
  }

  /// Makes this computed tensor collect its gradient as a leaf does.
  Tensor retainGrad();

  /// Calls a function with this tensor's gradient in each backward pass, before it is used; what the
  /// function returns, unless null, takes its place.
  ///
  /// @throws dev.adjoint.type.GraphException when this does not require a gradient
  HookHandle registerHook(UnaryOperator<@Nullable Tensor> hook);

  /// Calls a function with this leaf whenever a backward has added to its `.grad`, before the pass goes on;
  /// an optimiser's step there needs no more than one gradient at a time. Other leaves collect when the
  /// whole pass has gone well; this one does at once.
  ///
  /// @throws dev.adjoint.type.GraphException when this is no leaf, or does not require a gradient
  HookHandle registerPostAccumulateGradHook(Consumer<Tensor> hook);

  /// The same elements outside the graph; writes through either are seen and counted by both.
  Tensor detach();

  /// Takes this tensor itself out of the graph.
  ///
  /// @throws dev.adjoint.type.GraphException on a view
  Tensor detach_();

  /// Whether this was made in [Autograd#inferenceMode(Runnable)], or is a view of something that was.
  boolean isInference();

  /// How often the elements were written, through this or any view of them.
  ///
  /// @throws dev.adjoint.type.GraphException for an inference tensor
  long version();

  /// The single element as a number.
  ///
  /// @throws dev.adjoint.type.ShapeException when there is not exactly one
  default double item() {
    return Export.item(this);
  }

  /// The single element as an integer; a floating one is truncated.
  default long itemLong() {
    return Export.itemLong(this);
  }

  /// Whether the single element is not zero.
  default boolean itemBoolean() {
    return Export.itemBoolean(this);
  }

  /// The elements in row-major order, converted to float.
  default float[] toFloatArray() {
    return Export.toFloatArray(this);
  }

  /// The elements in row-major order, converted to double.
  default double[] toDoubleArray() {
    return Export.toDoubleArray(this);
  }

  /// The elements in row-major order; floating ones are truncated.
  default long[] toLongArray() {
    return Export.toLongArray(this);
  }

  /// The elements in row-major order; floating ones are truncated, wider ones wrap.
  default int[] toIntArray() {
    return Export.toIntArray(this);
  }

  /// Whether each element is not zero.
  default boolean[] toBooleanArray() {
    return Export.toBooleanArray(this);
  }

  /// Nested lists of `Double`, `Long` or `Boolean`; the bare value for a 0-d tensor.
  default Object toList() {
    return Export.toList(this);
  }

  /// The elements' own memory, without a copy, for as long as this tensor is open and reachable.
  /// Writing to it is the caller's risk and is not counted.
  ///
  /// @throws dev.adjoint.type.DeviceException when the host cannot address it
  /// @throws dev.adjoint.type.ShapeException when the tensor is not contiguous
  default MemorySegment segment() {
    return Export.segment(this);
  }

  /// A copy in fresh memory, inside the graph. Its dimensions lie in the order of this one's, without gaps;
  /// [#contiguous()] has row-major order.
  Tensor clone();

  /// Gives up this handle; memory goes back when no view, graph or other handle needs it. Using the
  /// tensor afterwards throws; closing it again does nothing. No other thread may be using this handle
  /// then: what it began to read could be memory of other tensors by the time it reads. Give each thread
  /// a handle of its own, [#detach()] makes one.
  @Override
  void close();
}
