package dev.adjoint.backend.cuda;

import dev.adjoint.event.FallbackEvent;
import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.lowering.compiled.BinaryFolder;
import dev.adjoint.lowering.compiled.KernelCache;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Kernels from what is at hand: what this process has loaded, what another one has left on disk, the
/// catalogue of PTX in the jar. What none of them has NVRTC compiles on a thread of its own, while
/// its launches run in steps, by kernels of the catalogue; one that fails to compile stays so.
///
/// With the property `adjoint.cuda.compile` set to `wait` the first launch waits for its kernel
/// instead, as it does where there is no catalogue.
final class TieredPrograms implements CudaPrograms {
  static final String PROPERTY = "adjoint.cuda.compile";

  private static final System.Logger LOG = System.getLogger("dev.adjoint");

  /// Loads images into the device's context.
  interface Loader {
    /// Null when the image has no kernel of this name.
    ///
    /// @throws DeviceException when the driver refuses the image
    @Nullable CudaKernel load(byte[] image, String name, String doing);

    void unload(CudaKernel kernel);
  }

  /// How far a kernel is that launches have asked for.
  private enum State {
    READY,
    UNDER_WAY,
    IN_STEPS
  }

  private final Device device;
  private final int architecture;
  private final Loader loader;
  private final @Nullable Nvrtc nvrtc;
  private final PtxCatalogue catalogue;
  private final BinaryFolder binaries;
  private final boolean waits = System.getProperty(PROPERTY, "").equals("wait");
  private final KernelCache<CudaKernel> loaded = new KernelCache<>(this::build);
  private final ConcurrentHashMap<KernelSource, State> states = new ConcurrentHashMap<>();
  private final ExecutorService compiler;

  /// @param architecture the device's, as 10 x major + minor
  /// @param nvrtc null where there is none
  TieredPrograms(
      Device device,
      int architecture,
      Loader loader,
      @Nullable Nvrtc nvrtc,
      PtxCatalogue catalogue,
      BinaryFolder binaries) {
    this.device = device;
    this.architecture = architecture;
    this.loader = loader;
    this.nvrtc = nvrtc != null && nvrtc.complaint(architecture) == null ? nvrtc : null;
    this.catalogue = catalogue;
    this.binaries = binaries;
    this.compiler =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("adjoint-nvrtc-", device.index()).factory());
  }

  /// Those of a device in use.
  ///
  /// @param driverVersion as 1000 x major + 10 x minor
  static TieredPrograms of(CudaContext context, int driverVersion) {
    Loader loader =
        new Loader() {
          @Override
          public @Nullable CudaKernel load(byte[] image, String name, String doing) {
            return CudaKernel.load(context, image, name, doing);
          }

          @Override
          public void unload(CudaKernel kernel) {
            context.makeCurrent();
            kernel.unload();
          }
        };
    return new TieredPrograms(
        context.device(),
        context.traits().architecture(),
        loader,
        Nvrtc.find(driverVersion),
        new PtxCatalogue(),
        BinaryFolder.ofUser("cuda"));
  }

  /// What has the kernels made, for people: `NVRTC 12.4 (libnvrtc.so.12) and a catalogue`.
  String description() {
    String compiles = nvrtc == null ? "no NVRTC" : nvrtc.description();
    return compiles + (catalogue.isThere() ? " and a catalogue" : " and no catalogue");
  }

  /// Without waiting for a compiler, if that can be.
  @Override
  public List<KernelLaunch> plan(Launch launch, Lowering lowering, LongFunction<Buffer> scratch) {
    List<KernelLaunch> own = lowering.lower(launch, scratch);
    for (KernelLaunch kernel : own) {
      if (!isAtHand(kernel.source(), launch.op())) {
        return lowering.lowerInSteps(launch, scratch);
      }
    }
    return own;
  }

  private boolean isAtHand(KernelSource source, String op) {
    State state = states.get(source);
    if (state == null) {
      state = states.computeIfAbsent(source, s -> look(s, op));
    }
    return state == State.READY;
  }

  /// Structured kernels have no steps.
  private State look(KernelSource source, String op) {
    if (waits
        || !catalogue.isThere()
        || catalogue.has(source.name())
        || !isGenerated(source)
        || nvrtc != null && binaries.read(key(nvrtc, source.text(), source.name())) != null) {
      return State.READY;
    }
    if (nvrtc == null) {
      FallbackEvent.emit("steps of " + op, "no NVRTC");
      return State.IN_STEPS;
    }
    compiler.execute(() -> compile(source, op));
    return State.UNDER_WAY;
  }

  private static boolean isGenerated(KernelSource source) {
    return source.name().startsWith("elementwise_") || source.name().startsWith("fold_");
  }

  private void compile(KernelSource source, String op) {
    State end = State.IN_STEPS;
    try {
      end = find(source, op).isPresent() ? State.READY : State.IN_STEPS;
    } catch (DeviceException e) {
      LOG.log(System.Logger.Level.WARNING, "{0}\nIts launches run in steps.", e.getMessage());
      FallbackEvent.emit("steps of " + op, String.valueOf(e.getMessage()));
    } finally {
      states.put(source, end);
    }
  }

  @Override
  public void settle() {
    try {
      compiler.submit(() -> {}).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new AssertionError("an empty task threw", e);
    }
  }

  @Override
  public Optional<CudaKernel> find(KernelSource source, String op) {
    return loaded.find(source, op);
  }

  private Optional<CudaKernel> build(KernelSource source, String op) {
    String doing = op + ": cannot load the kernel " + source.name();
    CudaKernel kernel = load(catalogue.find(source.name()), source, doing);
    if (kernel != null) {
      return Optional.of(kernel);
    }
    if (nvrtc == null) {
      if (catalogue.has(source.name())) {
        throw new DeviceException(
            device + ": " + op + ": the driver refuses the catalogue's PTX. Update the driver.");
      }
      if (catalogue.isThere() && !isGenerated(source)) {
        return Optional.empty();
      }
      throw new DeviceException(device + ": " + op + ": " + lacking());
    }
    String text = source.text();
    String key = key(nvrtc, text, source.name());
    kernel = load(binaries.read(key), source, doing);
    if (kernel == null) {
      byte[] image = image(nvrtc, source, text, op);
      kernel = loader.load(image, source.name(), doing);
      if (kernel != null) {
        binaries.write(key, image);
      }
    }
    return Optional.ofNullable(kernel);
  }

  private String key(Nvrtc compiles, String text, String name) {
    return BinaryFolder.key(text, name, compiles.key(architecture));
  }

  /// What the driver refuses of images that were made elsewhere is compiled here.
  private @Nullable CudaKernel load(byte @Nullable [] image, KernelSource source, String doing) {
    if (image == null) {
      return null;
    }
    try {
      return loader.load(image, source.name(), doing);
    } catch (DeviceException e) {
      LOG.log(System.Logger.Level.WARNING, "{0}", e.getMessage());
      return null;
    }
  }

  private byte[] image(Nvrtc compiles, KernelSource source, String text, String op) {
    Nvrtc.Result result = compiles.compile(text, source.name(), architecture);
    if (result.image() != null) {
      return result.image();
    }
    throw new DeviceException(
        device
            + ": "
            + op
            + ": cannot build the kernel "
            + source.name()
            + ".\nThe source is "
            + keep(source, text)
            + ", the options are "
            + compiles.options(architecture)
            + " and "
            + compiles.description()
            + " says:\n"
            + result.log());
  }

  private static String keep(KernelSource source, String text) {
    try {
      Path file = Files.createTempFile(source.name() + "-", ".cu");
      return "in " + Files.writeString(file, text);
    } catch (IOException e) {
      return "lost (" + e + ")";
    }
  }

  private String lacking() {
    return "there is nothing to make kernels with: no NVRTC ("
        + String.join(", ", Nvrtc.SONAMES)
        + "), and this build has no catalogue of PTX. Install NVRTC (pip install nvidia-cuda-nvrtc, or"
        + " a CUDA toolkit), or build Adjoint where nvcc is.";
  }

  @Override
  public void close() {
    compiler.shutdownNow();
    compiler.close();
    loaded.all().forEach(loader::unload);
  }
}
