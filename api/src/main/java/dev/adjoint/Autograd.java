package dev.adjoint;

import dev.adjoint.autograd.CapturedModes;
import dev.adjoint.autograd.Differentiable;
import dev.adjoint.autograd.GradExplanation;
import dev.adjoint.graph.Gradients;
import dev.adjoint.graph.InferenceMode;
import dev.adjoint.graph.hook.MultiGradHook;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.saved.SavedTensorHooks;
import dev.adjoint.graph.saved.Saving;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.graph.trace.Explanation;
import dev.adjoint.graph.trace.Reports;
import dev.adjoint.graph.trace.Tracing;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Gradients of any outputs with respect to any inputs, and the switch that turns recording off.
public final class Autograd {
  private Autograd() {}

  /// The gradients of the sum of outputs, each weighted by its vector; `.grad` stays as it is.
  ///
  /// @param outputs tensors, or the places of tensors in the graph
  /// @param inputs as the outputs; repeated ones, computed ones and the outputs themselves too
  /// @param gradOutputs one per output, of its shape; a null entry means 1 for an output of one element,
  ///     and null for the whole list means that for each
  /// @return one per input; null only with [GradOption#ALLOW_UNUSED]
  /// @throws dev.adjoint.type.GraphException when an input was not used, or the graph was freed
  public static List<@Nullable Tensor> grad(
      List<? extends Differentiable> outputs,
      List<? extends Differentiable> inputs,
      @Nullable List<? extends @Nullable Tensor> gradOutputs,
      GradOption... options) {
    return Gradients.grad(outputs, inputs, gradOutputs, options);
  }

  /// The gradient of an output of one element.
  ///
  /// @throws dev.adjoint.type.GraphException when the input was not used, even with
  ///     [GradOption#ALLOW_UNUSED]: that needs the form with lists
  public static Tensor grad(Differentiable output, Differentiable input, GradOption... options) {
    Tensor gradient = Gradients.grad(List.of(output), List.of(input), null, options).getFirst();
    if (gradient == null) {
      throw new GraphException(
          "grad: the input was not used, and this form has no null to say so. Call the form with lists,"
              + " or ask for MATERIALIZE_GRADS, which makes it zeros.");
    }
    return gradient;
  }

  /// Adds the gradients of all roots to the leaves' `.grad`.
  ///
  /// Leaves collect when the whole pass has gone well. So if a formula or a hook throws, no `.grad` has
  /// changed, but those of leaves whose accumulation a hook watches; what is suppressed in the exception
  /// names the node that ran and those leaves. With [GradOption#RETAIN_GRAPH] the call may be repeated.
  ///
  /// @param roots as the outputs of [#grad]
  /// @param gradients as for [#grad]
  public static void backward(
      List<? extends Differentiable> roots,
      @Nullable List<? extends @Nullable Tensor> gradients,
      GradOption... options) {
    Gradients.backward(roots, gradients, null, options);
  }

  /// As [#backward(List, List, GradOption...)], but only these inputs collect; a computed one retains its
  /// gradient from now on, see [Tensor#retainGrad]. An input that the roots do not depend on keeps the
  /// `.grad` it has, and only what lies between roots and inputs runs.
  ///
  /// @throws dev.adjoint.type.GraphException also when there are no inputs, or one does not require a gradient
  public static void backward(
      List<? extends Differentiable> roots,
      @Nullable List<? extends @Nullable Tensor> gradients,
      List<? extends Differentiable> inputs,
      GradOption... options) {
    Gradients.backward(roots, gradients, inputs, options);
  }

  /// Calls a function once in each pass, when the gradients of all these tensors that the pass reaches have
  /// been computed: in their order, null for one that is not reached or gets none. Other than in PyTorch
  /// this holds for a tensor that is a root, too.
  ///
  /// @throws dev.adjoint.type.GraphException when one does not require a gradient
  public static HookHandle registerMultiGradHook(
      List<? extends Tensor> tensors, Consumer<List<@Nullable Tensor>> hook) {
    return MultiGradHook.all(tensors, hook);
  }

  /// Calls a function once in each pass, with the first gradient of any of these tensors.
  ///
  /// @throws dev.adjoint.type.GraphException when one does not require a gradient
  public static HookHandle registerMultiGradHookAny(
      List<? extends Tensor> tensors, Consumer<Tensor> hook) {
    return MultiGradHook.any(tensors, hook);
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

  /// Runs with recording on or off. There is no call that switches for good: a mode ends with its body, and
  /// belongs to its thread; see [#captureModes].
  public static void withGrad(boolean enabled, Runnable body) {
    GradMode.with(enabled, returning(body));
  }

  /// Runs for results alone: nothing is recorded, and what is made can never be saved by a graph or
  /// written outside; in return it needs no checks. `noGrad` and `enableGrad` inside change nothing.
  /// Tensors from outside may be written, which counts a version. Unlike in PyTorch a view of one does
  /// not claim to require a gradient later.
  public static void inferenceMode(Runnable body) {
    InferenceMode.with(returning(body));
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
    Tracing.with(returning(body));
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
    AnomalyCheck.with(set(kinds), returning(body));
  }

  /// As [#detectAnomaly(Runnable, Anomaly...)], and yields the body's result.
  public static <T> T detectAnomaly(Supplier<T> body, Anomaly... kinds) {
    return AnomalyCheck.with(set(kinds), body);
  }

  private static Set<Anomaly> set(Anomaly[] kinds) {
    return Set.of(kinds.length == 0 ? Anomaly.values() : kinds);
  }

  /// Runs so that what operations save for backward goes through two functions of the user's: to a disk, to
  /// another type, or nowhere if it can be had again. PyTorch's `saved_tensors_hooks`.
  /// ```java
  /// Autograd.savedTensorHooks(x -> store.write(x), key -> store.read(key), () -> model.loss(input));
  /// ```
  /// What pack returned is kept in the place of the tensor, whose memory goes back when nobody else has it.
  /// A parameter is shown itself, of any other tensor pack is given a handle of its own: it may keep it, or
  /// `close()` it to give the memory back at once. Numbers are not shown. Nobody checks whether a tensor was
  /// overwritten after it was packed. Of nested scopes the innermost counts; of
  /// [dev.adjoint.autograd.Checkpoint] the inputs are shown, of a [dev.adjoint.autograd.Function] what it saves.
  ///
  /// @param pack called once for each saved tensor, with recording off; it must not write its argument. What it
  ///     throws leaves the operation undone
  /// @param unpack called whenever the tensor is needed; must yield one of the same shape and type on the same
  ///     device
  public static <P, T> T savedTensorHooks(
      Function<? super Tensor, P> pack, Function<? super P, Tensor> unpack, Supplier<T> body) {
    return Saving.hooked(SavedTensorHooks.of(pack, unpack), body);
  }

  /// As [#savedTensorHooks(Function, Function, Supplier)].
  public static <P> void savedTensorHooks(
      Function<? super Tensor, P> pack, Function<? super P, Tensor> unpack, Runnable body) {
    Saving.hooked(SavedTensorHooks.of(pack, unpack), returning(body));
  }

  /// Runs so that what operations save for backward is copied to the CPU, and back when it is needed: for
  /// graphs that the device's memory cannot hold. On the CPU it is a copy there.
  public static <T> T saveOnCpu(Supplier<T> body) {
    return Saving.hooked(SavedTensorHooks.onCpu(), body);
  }

  /// As [#saveOnCpu(Supplier)].
  public static void saveOnCpu(Runnable body) {
    Saving.hooked(SavedTensorHooks.onCpu(), returning(body));
  }

  /// Runs so that [#savedTensorHooks] and [#saveOnCpu] inside fail with this message.
  public static <T> T disableSavedTensorHooks(String message, Supplier<T> body) {
    return Saving.unhooked(message, body);
  }

  /// As [#disableSavedTensorHooks(String, Supplier)].
  public static void disableSavedTensorHooks(String message, Runnable body) {
    Saving.unhooked(message, returning(body));
  }

  /// Runs so that tensors may be overwritten although a graph has saved them: what is saved inside stays
  /// what it was, because a write to its memory, inside or later, first copies it. It costs nothing until
  /// there is such a write. PyTorch's `allow_mutation_on_saved_tensors`; unlike there backward may run outside,
  /// and scopes nest.
  /// ```java
  /// Tensor loss = Autograd.allowMutationOnSavedTensors(() -> {
  ///   Tensor y = x.square();
  ///   x.zero_(); // the gradient is still 2 x of before
  ///   return y.sum();
  /// });
  /// ```
  public static <T> T allowMutationOnSavedTensors(Supplier<T> body) {
    return Saving.copiesOnWrite(body);
  }

  /// As [#allowMutationOnSavedTensors(Supplier)].
  public static void allowMutationOnSavedTensors(Runnable body) {
    Saving.copiesOnWrite(returning(body));
  }

  private static Supplier<Boolean> returning(Runnable body) {
    return () -> {
      body.run();
      return Boolean.TRUE;
    };
  }

  /// Why a tensor's `.grad` is null, as far as it can be told without knowing what was walked from.
  public static GradExplanation explainGrad(Tensor tensor) {
    return Explanation.of(tensor, null);
  }

  /// Why a tensor's `.grad` is null after a backward from a root: it walks the graph from there and tells
  /// where the ways end. Nothing is noted for it beforehand; with tracing on it names lines.
  public static GradExplanation explainGrad(Tensor tensor, Tensor root) {
    return Explanation.of(tensor, root);
  }

  /// This thread's modes, to be set for work on other threads, which start with none: they record.
  public static CapturedModes captureModes() {
    return CapturedModes.ofThisThread();
  }

  /// What the graph behind a tensor keeps: nodes, saved tensors and their memory, by operation and, for
  /// what was recorded with tracing on, by line of the program.
  public static GraphReport graphReport(Tensor tensor) {
    return Reports.of(tensor);
  }
}
