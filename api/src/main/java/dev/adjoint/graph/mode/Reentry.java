package dev.adjoint.graph.mode;

import dev.adjoint.autograd.CapturedModes;
import dev.adjoint.graph.HandleScope;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Backward passes that hooks and formulas start inside another: they run at once, on the caller's thread,
/// and when they are nested deep, on a fresh one whose stack has room.
public final class Reentry {
  /// PyTorch's number, too.
  private static final int MAX_DEPTH = 60;

  private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

  private Reentry() {}

  /// Runs a pass.
  public static <T extends @Nullable Object> T call(Supplier<T> pass) {
    int[] depth = DEPTH.get();
    if (depth[0] >= MAX_DEPTH) {
      return elsewhere(pass);
    }
    depth[0]++;
    try {
      return pass.get();
    } finally {
      depth[0]--;
    }
  }

  /// Runs on another thread, with this one's scopes and modes, while this one waits.
  private static <T extends @Nullable Object> T elsewhere(Supplier<T> pass) {
    CapturedModes modes = CapturedModes.ofThisThread();
    FutureTask<T> task =
        new FutureTask<>(HandleScope.carried(() -> modes.run(() -> call(pass)))::get);
    Thread.ofPlatform().name("adjoint-backward").start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          // A supplier throws nothing else.
          throw (RuntimeException) e.getCause();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
