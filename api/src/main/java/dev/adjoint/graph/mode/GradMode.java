package dev.adjoint.graph.mode;

import dev.adjoint.graph.InferenceMode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether operations are recorded. Bound to a call, so it cannot leak; a new thread starts enabled.
public final class GradMode {
  private enum Mode {
    RECORDING,
    NOT_RECORDING,
    INFERENCE
  }

  private static final ScopedValue<Mode> MODE = ScopedValue.newInstance();

  private GradMode() {}

  private static Mode mode() {
    return MODE.orElse(Mode.RECORDING);
  }

  public static boolean isEnabled() {
    return mode() == Mode.RECORDING;
  }

  public static boolean isInference() {
    return mode() == Mode.INFERENCE;
  }

  /// Runs with recording on or off, whatever surrounds it; inference mode stays what it is.
  public static <T extends @Nullable Object> T with(boolean enabled, Supplier<T> body) {
    return InferenceMode.isEnabled() ? body.get() : exactly(enabled, body);
  }

  /// Runs with recording on or off, also inside inference mode: for the way back, whose gradients are
  /// tensors like any other.
  public static <T extends @Nullable Object> T exactly(boolean enabled, Supplier<T> body) {
    return run(enabled ? Mode.RECORDING : Mode.NOT_RECORDING, body);
  }

  /// This thread's mode, for another thread.
  public static ModeCarrier captured() {
    Mode mode = mode();
    return new ModeCarrier() {
      @Override
      public <T extends @Nullable Object> T run(Supplier<T> body) {
        return GradMode.run(mode, body);
      }
    };
  }

  public static <T extends @Nullable Object> T inference(Supplier<T> body) {
    return run(Mode.INFERENCE, body);
  }

  private static <T extends @Nullable Object> T run(Mode mode, Supplier<T> body) {
    // To bind what is bound already would only take time.
    return mode == mode() ? body.get() : ScopedValue.where(MODE, mode).call(body::get);
  }
}
