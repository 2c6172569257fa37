package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.KernelSource;
import dev.adjoint.type.DeviceException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The compiled kernels of a device: each is built once, by the thread that needs it first, while
/// other threads build others.
final class Programs {
  private final ClContext context;
  private final BinaryFolder binaries;
  private final String compiler;
  private final ConcurrentHashMap<KernelSource, Optional<OpenClProgram>> built =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<KernelSource, FutureTask<Optional<OpenClProgram>>> underWay =
      new ConcurrentHashMap<>();
  private final AtomicInteger compilations = new AtomicInteger();

  Programs(ClContext context, BinaryFolder binaries) {
    this.context = context;
    this.binaries = binaries;
    this.compiler = context.traits().compiler();
  }

  /// How many kernels had no binary on disk.
  int compilations() {
    return compilations.get();
  }

  /// @param op what needs it, in the words of an error message
  /// @throws DeviceException when it cannot be built
  OpenClProgram program(KernelSource source, String op) {
    return find(source, op)
        .orElseThrow(() ->
            new DeviceException(
                context.device() + ": " + op + ": the source has no kernel " + source));
  }

  /// As [#program]; empty when the source compiles, but has no kernel of its name.
  Optional<OpenClProgram> find(KernelSource source, String op) {
    Optional<OpenClProgram> known = built.get(source);
    return known != null ? known : await(source, op);
  }

  /// A failed build is forgotten: whoever asks next gets the failure in words of its own.
  private Optional<OpenClProgram> await(KernelSource source, String op) {
    FutureTask<Optional<OpenClProgram>> task = new FutureTask<>(() -> build(source, op));
    FutureTask<Optional<OpenClProgram>> first = underWay.putIfAbsent(source, task);
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

  private static Optional<OpenClProgram> result(FutureTask<Optional<OpenClProgram>> task) {
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

  private Optional<OpenClProgram> build(KernelSource source, String op) {
    Optional<OpenClProgram> known = built.get(source); // the build before may have ended just now
    if (known != null) {
      return known;
    }
    String text = source.text();
    String key = BinaryFolder.key(text, source.name(), compiler);
    byte[] binary = binaries.read(key);
    OpenClProgram program =
        binary == null ? null : OpenClProgram.ofBinary(context, source.name(), binary);
    if (program == null) {
      program = compile(source, text, op);
      byte[] fresh = program == null ? new byte[0] : program.binary();
      if (fresh.length > 0) {
        binaries.write(key, fresh);
      }
    }
    Optional<OpenClProgram> result = Optional.ofNullable(program);
    built.put(source, result);
    return result;
  }

  /// A driver may load its compiler for the first one.
  private @Nullable OpenClProgram compile(KernelSource source, String text, String op) {
    Supplier<@Nullable OpenClProgram> compile =
        () -> OpenClProgram.ofSource(context, source, text, op);
    return compilations.getAndIncrement() == 0 ? SignalHandlers.keepDuring(compile) : compile.get();
  }

  void close() {
    built.values().forEach(program -> program.ifPresent(OpenClProgram::close));
  }
}
