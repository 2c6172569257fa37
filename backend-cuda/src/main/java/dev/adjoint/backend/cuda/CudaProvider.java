package dev.adjoint.backend.cuda;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.BackendProvider;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.List;

/// Offers NVIDIA's GPUs. No class of JCuda is touched before the driver's library is known to be
/// there, since a failed load would last for the life of the process.
public final class CudaProvider implements BackendProvider {
  private static final int OLDEST = 12_000;

  /// Above that of any OpenCL device.
  private static final int PREFERENCE = 200;

  private final List<String> drivers;

  public CudaProvider() {
    this(DriverLibrary.NAMES);
  }

  CudaProvider(List<String> drivers) {
    this.drivers = drivers;
  }

  @Override
  public String kind() {
    return "cuda";
  }

  @Override
  public List<Probe> probe() {
    try {
      if (DriverLibrary.find(drivers) == null) {
        return List.of(
            Probe.missing(
                "no NVIDIA driver: none of " + drivers + " can be loaded",
                "Install the driver, of version 525 or newer (Debian and Ubuntu: nvidia-driver); a"
                    + " container needs the NVIDIA container toolkit. A CUDA toolkit is not needed."));
      }
      return describe(CudaDevice.find());
    } catch (IllegalCallerException e) {
      return List.of(
          Probe.missing(
              "this JVM denies native access: " + e.getMessage(),
              "Run java with --enable-native-access=ALL-UNNAMED, or"
                  + " =dev.adjoint.backend.cuda,jcuda when Adjoint is on the module path."));
    } catch (LinkageError e) {
      return List.of(
          Probe.missing(
              "JCuda's own library cannot be loaded: " + e,
              "It is unpacked to java.io.tmpdir, which must allow writing and execution; there is one"
                  + " for x86-64 only."));
    }
  }

  static List<Probe> describe(CudaDevice.All all) {
    int version = all.version();
    if (version != 0 && version < OLDEST) {
      return List.of(
          Probe.missing(
              String.format(
                  "an NVIDIA driver for CUDA %d.%d, too old", version / 1000, version % 1000 / 10),
              "Update it to version 525 or newer, which is CUDA 12.0."));
    }
    if (all.status() != CudaStatus.SUCCESS) {
      return List.of(
          Probe.missing(
              "an NVIDIA driver that does not start: " + CudaStatus.name(all.status()),
              remedy(all.status())));
    }
    if (all.devices().isEmpty()) {
      return List.of(
          Probe.missing("an NVIDIA driver, but no device", remedy(CudaStatus.NO_DEVICE)));
    }
    String optional =
        "; NVRTC: "
            + ToolkitLibrary.located(Nvrtc.PROPERTY, Nvrtc.SONAMES, version)
            + "; cuBLAS: "
            + ToolkitLibrary.located(Cublas.PROPERTY, Cublas.SONAMES, version);
    List<Probe> found = new ArrayList<>();
    for (CudaDevice device : all.devices()) {
      found.add(Probe.found(device.index(), device.description() + optional, PREFERENCE));
    }
    return found;
  }

  private static String remedy(int status) {
    return switch (status) {
      case CudaStatus.NO_DEVICE ->
          "See what nvidia-smi lists; CUDA_VISIBLE_DEVICES may hide devices, and a container must be"
              + " given them (docker run --gpus all).";
      case CudaStatus.STUB_LIBRARY ->
          "It is a toolkit's stub for linking. Remove its folder from LD_LIBRARY_PATH, or name the"
              + " driver's library by -D"
              + DriverLibrary.PROPERTY
              + "=<file>.";
      case CudaStatus.INSUFFICIENT_DRIVER, CudaStatus.SYSTEM_DRIVER_MISMATCH ->
          "The library and the kernel module are of different versions. Restart the machine after an"
              + " update of the driver.";
      case CudaStatus.SYSTEM_NOT_READY ->
          "The machine's NVLink fabric is not ready: start nvidia-fabricmanager.";
      default -> "Check that nvidia-smi works; restart the machine after an update of the driver.";
    };
  }

  @Override
  public Backend open(int index) {
    Probe first = probe().getFirst();
    if (!first.available()) {
      throw new DeviceException(
          new Device(kind(), index) + ": " + first.description() + ". " + first.remedy());
    }
    CudaDevice.All all = CudaDevice.find();
    if (index >= all.devices().size()) {
      throw new DeviceException(new Device(kind(), index) + " does not exist.");
    }
    CudaContext context = new CudaContext(all.devices().get(index), new Device(kind(), index));
    return new CudaBackend(
        context, TieredPrograms.of(context, all.version()), new Products(context, all.version()));
  }
}
