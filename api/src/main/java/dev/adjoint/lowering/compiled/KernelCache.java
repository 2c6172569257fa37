package dev.adjoint.lowering.compiled;

import dev.adjoint.event.CompileEvent;
import dev.adjoint.lowering.KernelSource;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;

/// What a device has built of sources: each is built once, by the thread that needs it first, while
/// other threads build others.
///
/// @param <P> a kernel that can be run
public final class KernelCache<P> {
  private final ConcurrentHashMap<KernelSource, Optional<P>> built = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<KernelSource, FutureTask<Optional<P>>> underWay =
      new ConcurrentHashMap<>();
  private final BiFunction<KernelSource, String, Optional<P>> build;

  /// @param build makes a kernel of a source for an op, which is for messages; empty when the source
  ///     is good, but has no kernel of its name
  public KernelCache(BiFunction<KernelSource, String, Optional<P>> build) {
    this.build = build;
  }

  /// The kernel of a source; empty when it has none of its name.
  ///
  /// @param op what needs it, in the words of an error message
  public Optional<P> find(KernelSource source, String op) {
    Optional<P> known = built.get(source);
    return known != null ? known : await(source, op);
  }

  /// All kernels built so far.
  public Collection<P> all() {
    return built.values().stream().flatMap(Optional::stream).toList();
  }

  /// A failed build is forgotten: whoever asks next gets the failure in words of its own.
  private Optional<P> await(KernelSource source, String op) {
    FutureTask<Optional<P>> task = new FutureTask<>(() -> buildOnce(source, op));
    FutureTask<Optional<P>> first = underWay.putIfAbsent(source, task);
    if (first == null) {
      task.run();
    }
    try {
      return result(first == null ? task : first);
    } finally {
      if (first == null) {
        underWay.remove(source, task);
      }
    }
  }

  private Optional<P> buildOnce(KernelSource source, String op) {
    Optional<P> known = built.get(source); // the build before may have ended just now
    if (known == null) {
      CompileEvent event = new CompileEvent();
      event.begin();
      try {
        known = build.apply(source, op);
        built.put(source, known);
      } finally {
        commit(event, source, op, known != null);
      }
    }
    return known;
  }

  private static void commit(
      CompileEvent event, KernelSource source, String op, boolean succeeded) {
    if (event.shouldCommit()) {
      event.op = op;
      event.kernel = source.name();
      event.succeeded = succeeded;
      event.commit();
    }
  }

  private static <P> Optional<P> result(FutureTask<Optional<P>> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError("a build threw", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
