package dev.adjoint.lowering;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.BackendProvider;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.MemoryCapacity;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.ServiceLoader;

/// `hosted:0`, the device that a GPU would be: what is launched runs in steps, by the catalogue's
/// kernels as CUDA C, which `g++` compiles for the host. With `-Dadjoint.device=hosted:0` the whole
/// suite runs on it.
public final class HostedProvider implements BackendProvider {

  @Override
  public String kind() {
    return "hosted";
  }

  @Override
  public List<Probe> probe() {
    boolean wanted = System.getProperty("adjoint.device", "").startsWith("hosted");
    return List.of(
        wanted && CudaOnHost.isPossible()
            ? Probe.found(0, "CUDA C on the host, for tests", -1)
            : Probe.missing("for tests only", "Run tests with -Dadjoint.device=hosted:0."));
  }

  @Override
  public Backend open(int index) {
    return new Hosted();
  }

  /// The CPU's memory, which the host may not look into.
  private record Memory(Buffer inner) implements Buffer {
    @Override
    public long bytes() {
      return inner.bytes();
    }
  }

  private static final class Hosted implements Backend, MemoryCapacity {
    private final Backend cpu = cpu();
    private final Lowering lowering =
        Lowering.forCuda(new Limits("hosted:0", 64, 48 << 10, 1, 500, true)); // two warps
    private final CudaOnHost cuda;
    private Buffer scratch;

    Hosted() {
      try {
        this.cuda = new CudaOnHost(lowering);
        this.scratch = cpu.allocate(1 << 16);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Backend cpu() {
      for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
        if (provider.kind().equals("cpu")) {
          return provider.open(0);
        }
      }
      throw new AssertionError("no CPU");
    }

    @Override
    public Device device() {
      return new Device("hosted", 0);
    }

    @Override
    public String description() {
      return "CUDA C on the host";
    }

    @Override
    public long memoryBytes() {
      return ((MemoryCapacity) cpu).memoryBytes();
    }

    @Override
    public boolean supports(Kernel kernel) {
      return lowering.has(kernel) && cuda.has(lowering.source(kernel));
    }

    @Override
    public Buffer allocate(long bytes) {
      return new Memory(cpu.allocate(bytes));
    }

    @Override
    public void free(Buffer buffer) {
      cpu.free(((Memory) buffer).inner());
    }

    @Override
    public void upload(MemorySegment source, Buffer target, long targetOffset) {
      cpu.upload(source, ((Memory) target).inner(), targetOffset);
    }

    @Override
    public void download(Buffer source, long sourceOffset, MemorySegment target) {
      cpu.download(((Memory) source).inner(), sourceOffset, target);
    }

    @Override
    public synchronized void launch(Launch launch) {
      for (KernelLaunch kernel : lowering.lowerInSteps(launch, this::scratch)) {
        Buffer[] seen = kernel.buffers().clone();
        for (int b = 0; b < seen.length; b++) {
          seen[b] = seen[b] instanceof Memory memory ? memory.inner() : seen[b];
        }
        cuda.run(
            new KernelLaunch(
                kernel.source(), seen, kernel.words(), kernel.groups(), kernel.lanes()));
      }
    }

    private Buffer scratch(long bytes) {
      if (scratch.bytes() < bytes) {
        cpu.free(scratch);
        scratch = cpu.allocate(2 * bytes);
      }
      return scratch;
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {
      cpu.free(scratch);
      cpu.close();
    }
  }
}
