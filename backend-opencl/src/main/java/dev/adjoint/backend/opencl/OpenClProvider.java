package dev.adjoint.backend.opencl;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.BackendProvider;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.List;

/// Offers the OpenCL devices of all drivers. No class of JOCL is touched before the library it loads
/// is known to be there, since a failed load would last for the life of the process.
public final class OpenClProvider implements BackendProvider {
  private static final int GPU = 100;
  private static final int CPU = -100; // the CPU backend knows the same processor better

  private final List<String> loaders;

  public OpenClProvider() {
    this(IcdLoader.NAMES);
  }

  OpenClProvider(List<String> loaders) {
    this.loaders = loaders;
  }

  @Override
  public String kind() {
    return "opencl";
  }

  @Override
  public List<Probe> probe() {
    try {
      if (IcdLoader.find(loaders) == null) {
        return List.of(
            Probe.missing(
                "no OpenCL loader: none of " + loaders + " is installed",
                "Install it (Debian and Ubuntu: ocl-icd-libopencl1) and a driver, the GPU vendor's"
                    + " or pocl-opencl-icd."));
      }
      return describe(ClDevice.find());
    } catch (IllegalCallerException e) {
      return List.of(
          Probe.missing(
              "this JVM denies native access: " + e.getMessage(),
              "Run java with --enable-native-access=ALL-UNNAMED, or"
                  + " =dev.adjoint.backend.opencl,jocl when Adjoint is on the module path."));
    } catch (LinkageError e) {
      return List.of(
          Probe.missing(
              "JOCL's own library cannot be loaded: " + e,
              "It is unpacked to java.io.tmpdir, which must allow writing and execution."));
    } catch (RuntimeException e) {
      return List.of(Probe.missing("an OpenCL driver fails: " + e, "Update or remove it."));
    }
  }

  static List<Probe> describe(ClDevice.All all) {
    if (all.platforms() == 0) {
      return List.of(
          Probe.missing(
              "an OpenCL loader, but no driver behind it",
              "Install the GPU vendor's OpenCL driver or, to run on the processor, PoCL (Debian and"
                  + " Ubuntu: pocl-opencl-icd)."));
    }
    if (all.devices().isEmpty()) {
      return List.of(
          Probe.missing(
              "an OpenCL driver, but no 64-bit device of OpenCL 1.2 with a compiler",
              "See what clinfo lists; a GPU needs its kernel driver, and leave to use /dev/dri or"
                  + " /dev/nvidia*."));
    }
    List<Probe> found = new ArrayList<>();
    for (ClDevice device : all.devices()) {
      found.add(Probe.found(found.size(), device.description(), device.isCpu() ? CPU : GPU));
    }
    return found;
  }

  @Override
  public Backend open(int index) {
    Probe first = probe().getFirst();
    if (!first.available()) {
      throw new DeviceException(
          new Device(kind(), index) + ": " + first.description() + ". " + first.remedy());
    }
    List<ClDevice> devices = ClDevice.find().devices();
    if (index < 0 || index >= devices.size()) {
      throw new DeviceException(
          "opencl:" + index + " does not exist; there are " + devices.size() + " OpenCL devices.");
    }
    return OpenClBackend.open(devices.get(index), index);
  }
}
