package dev.adjoint.autograd;

import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.mode.ModeCarrier;
import dev.adjoint.graph.saved.Saving;
import dev.adjoint.graph.trace.Tracing;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The modes of one thread, for work that others do in its name: see [dev.adjoint.Autograd#captureModes].
///
/// A thread, platform or virtual, starts with no mode: it records. So does each task of an executor, whoever
/// submitted it. Only the subtasks of a `StructuredTaskScope` inherit the modes that were set when the scope
/// was opened.
/// ```java
/// Autograd.noGrad(() -> {
///   Executor quiet = Autograd.captureModes().wrap(pool);
///   quiet.execute(() -> evaluate(model, batch)); // records nothing
/// });
/// ```
/// Captured are recording and inference mode, tracing, hooks of saved tensors, and whether these are copied
/// before a write. Anomaly mode ends with its body and is not captured.
public final class CapturedModes {
  private final List<ModeCarrier> modes;

  private CapturedModes(List<ModeCarrier> modes) {
    this.modes = modes;
  }

  /// The modes of this thread, now.
  public static CapturedModes ofThisThread() {
    return new CapturedModes(List.of(GradMode.captured(), Tracing.captured(), Saving.captured()));
  }

  /// A task that runs with these modes, whatever surrounds it.
  public Runnable wrap(Runnable task) {
    return () ->
        run(() -> {
          task.run();
          return Boolean.TRUE;
        });
  }

  /// As [#wrap(Runnable)], with a result or an exception.
  public <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
    return () -> {
      Outcome<T> outcome = new Outcome<>();
      run(() -> {
        outcome.of(task);
        return Boolean.TRUE;
      });
      return outcome.get();
    };
  }

  /// An executor whose tasks run with these modes.
  public Executor wrap(Executor executor) {
    return task -> executor.execute(wrap(task));
  }

  /// Runs with these modes.
  public <T extends @Nullable Object> T run(Supplier<T> body) {
    Supplier<T> wrapped = body;
    for (ModeCarrier mode : modes) {
      Supplier<T> inner = wrapped;
      wrapped = () -> mode.run(inner);
    }
    return wrapped.get();
  }

  /// What a task yielded or threw, checked exceptions too.
  private static final class Outcome<T extends @Nullable Object> {
    private @Nullable T value;
    private @Nullable Exception thrown;

    void of(Callable<T> task) {
      try {
        value = task.call();
      } catch (Exception e) {
        thrown = e;
      }
    }

    @SuppressWarnings("NullAway") // the value is what the task yielded
    T get() throws Exception {
      if (thrown != null) {
        throw thrown;
      }
      return value;
    }
  }
}
