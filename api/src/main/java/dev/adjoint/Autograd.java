package dev.adjoint;

import dev.adjoint.graph.Gradients;
import dev.adjoint.graph.InferenceMode;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.graph.trace.Reports;
import dev.adjoint.graph.trace.Tracing;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Gradients of any outputs with respect to any inputs, and the switch that turns recording off.
public final class Autograd {
  private Autograd() {}

  /// The gradients of the sum of outputs, each weighted by its vector; `.grad` stays as it is.
  ///
  /// @param gradOutputs one per output, of its shape; a null entry means 1 for an output of one element,
  ///     and null for the whole list means that for each
  /// @return one per input; null only with [GradOption#ALLOW_UNUSED]
  /// @throws dev.adjoint.type.GraphException when an input was not used, or the graph was freed
  public static List<@Nullable Tensor> grad(
      List<? extends Tensor> outputs,
      List<? extends Tensor> inputs,
      @Nullable List<? extends @Nullable Tensor> gradOutputs,
      GradOption... options) {
    return Gradients.grad(outputs, inputs, gradOutputs, options);
  }

  /// The gradient of an output of one element.
  public static Tensor grad(Tensor output, Tensor input, GradOption... options) {
    return java.util.Objects.requireNonNull(
        Gradients.grad(List.of(output), List.of(input), null, options).getFirst());
  }

  /// Adds the gradients of all roots to the leaves' `.grad`.
  ///
  /// @param gradients as for [#grad]
  public static void backward(
      List<? extends Tensor> roots,
      @Nullable List<? extends @Nullable Tensor> gradients,
      GradOption... options) {
    Gradients.backward(roots, gradients, options);
  }

  /// Runs without recording: results do not require gradients, and parameters may be overwritten.
  public static void noGrad(Runnable body) {
    withGrad(false, body);
  }

  /// As [#noGrad(Runnable)], and yields the body's result.
  public static <T> T noGrad(Supplier<T> body) {
    return GradMode.with(false, body);
  }

  /// Runs with recording on, inside a [#noGrad(Runnable)] too.
  public static void enableGrad(Runnable body) {
    withGrad(true, body);
  }

  /// As [#enableGrad(Runnable)], and yields the body's result.
  public static <T> T enableGrad(Supplier<T> body) {
    return GradMode.with(true, body);
  }

  /// Runs with recording on or off.
  public static void withGrad(boolean enabled, Runnable body) {
    GradMode.with(
        enabled,
        () -> {
          body.run();
          return Boolean.TRUE;
        });
  }

  /// Runs for results alone: nothing is recorded, and what is made can never be saved by a graph or
  /// written outside; in return it needs no checks. `noGrad` and `enableGrad` inside change nothing.
  /// Tensors from outside may be written, which counts a version. Unlike in PyTorch a view of one does
  /// not claim to require a gradient later.
  public static void inferenceMode(Runnable body) {
    InferenceMode.with(() -> {
      body.run();
      return Boolean.TRUE;
    });
  }

  /// As [#inferenceMode(Runnable)], and yields the body's result.
  public static <T> T inferenceMode(Supplier<T> body) {
    return InferenceMode.with(body);
  }

  /// Whether this is called inside [#inferenceMode(Runnable)].
  public static boolean isInferenceModeEnabled() {
    return InferenceMode.isEnabled();
  }

  /// Whether operations on this thread are being recorded.
  public static boolean isGradEnabled() {
    return GradMode.isEnabled();
  }

  /// Runs with tracing on: every operation recorded inside remembers the line of the caller's program,
  /// and messages about it name that line. It costs a stack walk per operation. The property
  /// `adjoint.tracing=true` turns it on for a whole program.
  public static void tracing(Runnable body) {
    Tracing.with(() -> {
      body.run();
      return Boolean.TRUE;
    });
  }

  /// As [#tracing(Runnable)], and yields the body's result.
  public static <T> T tracing(Supplier<T> body) {
    return Tracing.with(body);
  }

  /// Runs in anomaly mode: operations and backward formulas that make a NaN, or an infinity, out of
  /// values without one are found and named, with the line of the forward call.
  ///
  /// Values are looked at on their device and read once, at the end of each backward and of the body. The
  /// mode includes [#tracing(Runnable)]. Other than PyTorch it looks at the forward pass and at
  /// infinities too, and what was passed on is not blamed.
  ///
  /// @param kinds what to look for; all kinds if none is given
  /// @throws dev.adjoint.type.GraphException naming the function that made the value; its cause has the
  ///     stack trace of the forward call
  public static void detectAnomaly(Runnable body, Anomaly... kinds) {
    AnomalyCheck.with(
        set(kinds),
        () -> {
          body.run();
          return Boolean.TRUE;
        });
  }

  /// As [#detectAnomaly(Runnable, Anomaly...)], and yields the body's result.
  public static <T> T detectAnomaly(Supplier<T> body, Anomaly... kinds) {
    return AnomalyCheck.with(set(kinds), body);
  }

  private static Set<Anomaly> set(Anomaly[] kinds) {
    return Set.of(kinds.length == 0 ? Anomaly.values() : kinds);
  }

  /// What the graph behind a tensor keeps: nodes, saved tensors and their memory, by operation and, for
  /// what was recorded with tracing on, by line of the program.
  public static GraphReport graphReport(Tensor tensor) {
    return Reports.of(tensor);
  }
}
