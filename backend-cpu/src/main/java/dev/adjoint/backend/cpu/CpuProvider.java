package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.BackendProvider;
import dev.adjoint.type.DeviceException;
import java.util.List;

/// Offers the one device that every machine has.
public final class CpuProvider implements BackendProvider {

  @Override
  public String kind() {
    return "cpu";
  }

  @Override
  public List<Probe> probe() {
    try {
      NativeLibrary.kernels();
      return List.of(Probe.found(0, CpuBackend.processor(), 0));
    } catch (DeviceException e) {
      String[] parts = String.valueOf(e.getMessage()).split("\n", 2);
      String what = parts[0].replaceFirst("^cpu: ", "").replaceFirst("\\.$", "");
      return List.of(Probe.missing(what, parts.length > 1 ? parts[1] : ""));
    }
  }

  @Override
  public Backend open(int index) {
    if (index != 0) {
      throw new DeviceException(
          "There is one CPU device, cpu:0; cpu:" + index + " does not exist.");
    }
    NativeLibrary.kernels(); // fails with the reason, where a static initialiser would hide it
    return new CpuBackend(WorkerPool.ofProcessors());
  }
}
