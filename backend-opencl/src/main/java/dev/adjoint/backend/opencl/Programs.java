package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.compiled.BinaryFolder;
import dev.adjoint.lowering.compiled.KernelCache;
import dev.adjoint.type.DeviceException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The compiled kernels of a device.
final class Programs {
  private final ClContext context;
  private final BinaryFolder binaries;
  private final String compiler;
  private final KernelCache<OpenClProgram> built = new KernelCache<>(this::build);
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
    return built.find(source, op);
  }

  private Optional<OpenClProgram> build(KernelSource source, String op) {
    String text = source.text();
    String key = BinaryFolder.key(text, source.name(), compiler);
    byte[] binary = binaries.read(key);
    OpenClProgram program =
        binary == null ? null : OpenClProgram.ofBinary(context, source.name(), binary);
    if (program == null) {
      program = compile(source, text, op);
      if (program != null && binaries.keeps()) {
        byte[] fresh = program.binary();
        if (fresh.length > 0) {
          binaries.write(key, fresh);
        }
      }
    }
    return Optional.ofNullable(program);
  }

  /// A driver may load its compiler for the first one.
  private @Nullable OpenClProgram compile(KernelSource source, String text, String op) {
    Supplier<@Nullable OpenClProgram> compile =
        () -> OpenClProgram.ofSource(context, source, text, op);
    return compilations.getAndIncrement() == 0 ? SignalHandlers.keepDuring(compile) : compile.get();
  }

  void close() {
    built.all().forEach(OpenClProgram::close);
  }
}
