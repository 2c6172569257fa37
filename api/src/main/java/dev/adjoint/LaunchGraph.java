package dev.adjoint;

import dev.adjoint.memory.Recorded;
import dev.adjoint.memory.Recording;
import dev.adjoint.type.Device;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The launches of a step, made again by one call: what `torch.cuda.graph` is, on every device.
///
/// The step runs once, as it would without a capture, and its launches are noted; [#replay] makes them
/// again on the same memory, without the Java that led to them. On CUDA they are a CUDA graph.
/// ```java
/// Tensor input = zeros(shape(64, 784), device);          // written before each replay
/// Tensor target = zeros(shape(64), DType.INT64, device);
/// Supplier<Tensor> step = () -> {
///   try (Scope scope = Scope.open()) {
///     optimizer.zeroGrad();
///     Tensor loss = crossEntropy(model.forward(input), target);
///     loss.backward();
///     optimizer.step();
///     return scope.keep(loss.detach());
///   }
/// };
/// step.get();                                            // optimisers begin their state here
/// try (LaunchGraph<Tensor> graph = LaunchGraph.capture(step)) {
///   for (Batch batch : batches) {
///     input.copy_(batch.input());
///     target.copy_(batch.target());
///     Tensor loss = graph.replay();
///   }
/// }
/// ```
/// A replay repeats launches, nothing else:
/// - Tensors that the step reads are read where they were; write new values to them with `copy_`. What
///   the step leaves (its result, `.grad`, parameters, buffers) each replay overwrites in place, and
///   counts the versions that the step counted.
/// - Numbers are as they were at the capture: a learning rate, a dropout's chance, a Java `if`. Capture
///   again when one changes. [dev.adjoint.optim.Adam#capturable] keeps the step's number on the device.
/// - Hooks and whatever else is Java ran at the capture and do not run again.
/// - A `.grad` that the step finds empty is assigned by each replay, not added to; `zeroGrad()` as the
///   step's first statement means the same in all of them.
///
/// - Indices are looked at during the capture. In a replay one that is out of range counts as the lowest,
///   and whoever next reads elements on the device is told so by an exception.
///
/// What cannot be repeated is refused at the capture, with what to do instead: reading elements, elements
/// that come from the host, random numbers, a second device, an optimiser's first step, a capture inside
/// a capture. What another thread does meanwhile is not noted.
public final class LaunchGraph<T extends @Nullable Object> implements AutoCloseable {
  private final T result;
  private final Recorded recorded;

  private LaunchGraph(Recording.Captured<T> captured) {
    this.result = captured.result();
    this.recorded = captured.recorded();
  }

  /// Runs a step once and keeps what it launches.
  ///
  /// @throws dev.adjoint.type.GraphException when the step does what no replay can repeat; what it has
  ///     computed by then stays computed
  public static <T extends @Nullable Object> LaunchGraph<T> capture(Supplier<T> step) {
    LaunchGraph<T> graph = new LaunchGraph<>(Recording.of(step));
    graph.recorded.closeWith(graph);
    return graph;
  }

  /// Makes the step's launches again, from any thread, and gives what the step returned, with the new
  /// elements.
  ///
  /// @throws dev.adjoint.type.ClosedException after [#close]
  public T replay() {
    try {
      recorded.replay();
      return result;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /// What the step returned when it was captured.
  public T result() {
    return result;
  }

  public Device device() {
    return recorded.device().name();
  }

  /// Gives back the memory that only replays need. What the step returned stays readable.
  ///
  /// @throws dev.adjoint.type.IndexException when a replay met an index out of range and nothing was
  ///     read since
  @Override
  public void close() {
    recorded.finish();
  }

  @Override
  public String toString() {
    return "LaunchGraph(" + recorded.launches() + " launches on " + device() + ")";
  }
}
