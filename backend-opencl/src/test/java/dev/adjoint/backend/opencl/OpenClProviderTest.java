package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.BackendProvider.Probe;
import dev.adjoint.type.DeviceException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenClProviderTest {

  @Test
  void anAbsentLoaderIsNamedWithItsPackage() {
    OpenClProvider provider = new OpenClProvider(List.of("libNoSuchCL.so.1", "libNoSuchCL.so"));
    Probe probe = provider.probe().getFirst();
    assertFalse(probe.available());
    assertEquals(
        "no OpenCL loader: none of [libNoSuchCL.so.1, libNoSuchCL.so] is installed",
        probe.description());
    assertTrue(probe.remedy().contains("ocl-icd-libopencl1"));
    DeviceException e = assertThrows(DeviceException.class, () -> provider.open(0));
    assertEquals("opencl:0: " + probe.description() + ". " + probe.remedy(), e.getMessage());
  }

  @Test
  void aLoaderWithoutADriverIsToldFromADriverWithoutADevice() {
    Probe none = OpenClProvider.describe(new ClDevice.All(0, List.of())).getFirst();
    assertFalse(none.available());
    assertTrue(none.remedy().contains("pocl-opencl-icd"));
    Probe idle = OpenClProvider.describe(new ClDevice.All(1, List.of())).getFirst();
    assertFalse(idle.available());
    assertTrue(idle.remedy().contains("clinfo"));
  }

  @Test
  void aProcessorRanksBelowTheCpuBackendAndAGpuAboveIt() throws Exception {
    OnDevice.run(backend -> {
      List<ClDevice> devices = ClDevice.find().devices();
      List<Probe> probes = new OpenClProvider().probe();
      assertEquals(devices.size(), probes.size());
      for (Probe probe : probes) {
        boolean cpu = devices.get(probe.index()).isCpu();
        assertTrue(cpu ? probe.preference() < 0 : probe.preference() > 0);
      }
      assertThrows(DeviceException.class, () -> new OpenClProvider().open(probes.size()));
    });
  }

  @Test
  void limitsArePowersOfTwoAndPositive() throws Exception {
    OnDevice.run(backend -> {
      int lanes = backend.limits().lanes();
      assertEquals(lanes, Integer.highestOneBit(lanes));
      assertTrue(lanes >= 1 && lanes <= 256);
      assertTrue(backend.limits().units() > 0 && backend.limits().localBytes() > 0);
      assertTrue(backend.limits().words() >= 104);
    });
  }
}
