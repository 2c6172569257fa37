package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.Limits;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.BackendProvider.Probe;
import dev.adjoint.type.DeviceException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("sources")
class CudaProviderTest {

  private static void says(int status, int version, String description, String remedy) {
    Probe probe = CudaProvider.describe(new CudaDevice.All(status, version, List.of())).getFirst();
    assertFalse(probe.available());
    assertEquals(description, probe.description());
    assertTrue(probe.remedy().contains(remedy), probe.remedy());
  }

  @Test
  void anAbsentDriverIsNamedWithWhatWasSearched() {
    CudaProvider provider = new CudaProvider(List.of("libNoSuchCuda.so.1", "/nowhere/libcuda.so"));
    Probe probe = provider.probe().getFirst();
    assertFalse(probe.available());
    assertEquals(
        "no NVIDIA driver: none of [libNoSuchCuda.so.1, /nowhere/libcuda.so] can be loaded",
        probe.description());
    assertTrue(probe.remedy().contains("525"));
    DeviceException e = assertThrows(DeviceException.class, () -> provider.open(0));
    assertEquals("cuda:0: " + probe.description() + ". " + probe.remedy(), e.getMessage());
  }

  @Test
  void aDriverThatIsTooOldIsNamedByItsCuda() {
    says(0, 11080, "an NVIDIA driver for CUDA 11.8, too old", "525");
    says(35, 11080, "an NVIDIA driver for CUDA 11.8, too old", "525");
  }

  @Test
  void eachWayNotToStartHasItsRemedy() {
    says(100, 12020, name("CUDA_ERROR_NO_DEVICE (100)"), "--gpus all");
    says(34, 0, name("CUDA_ERROR_STUB_LIBRARY (34)"), "LD_LIBRARY_PATH");
    says(803, 12020, name("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)"), "Restart");
    says(802, 12020, name("CUDA_ERROR_SYSTEM_NOT_READY (802)"), "fabricmanager");
    says(999, 12020, name("CUDA_ERROR_UNKNOWN (999)"), "nvidia-smi");
    says(0, 12020, "an NVIDIA driver, but no device", "CUDA_VISIBLE_DEVICES");
  }

  private static String name(String status) {
    return "an NVIDIA driver that does not start: " + status;
  }

  @Test
  void theProbeAsksTheDriver() {
    StubDriver.reset();
    List<Probe> found = new CudaProvider().probe();
    assertEquals(2, found.size());
    String described = found.get(1).description();
    assertTrue(described.startsWith("Stub GPU 1, sm_86, 28 units, 1.0 GiB"));
    assertTrue(described.matches(".*; NVRTC: \\S.*; cuBLAS: \\S.*"), described);
    StubDriver.version(11080);
    assertTrue(new CudaProvider().probe().getFirst().description().endsWith("too old"));
    StubDriver.reset();
    StubDriver.devices(0);
    assertFalse(new CudaProvider().probe().getFirst().available());
    StubDriver.fail("cuInit", CudaStatus.NO_DEVICE, 1);
    assertEquals(
        name("CUDA_ERROR_NO_DEVICE (100)"), new CudaProvider().probe().getFirst().description());
    StubDriver.reset();
  }

  @Test
  void whatTheProbeFindsCanBeOpened() {
    StubDriver.reset();
    CudaProvider provider = new CudaProvider();
    assertTrue(provider.probe().getFirst().available());
    try (Backend backend = provider.open(1)) {
      assertEquals("cuda:1", backend.device().toString());
      backend.free(backend.allocate(100));
    }
    DeviceException e = assertThrows(DeviceException.class, () -> provider.open(2));
    assertEquals("cuda:2 does not exist.", e.getMessage());
  }

  @Test
  void limitsLeaveRoomForPointers() {
    StubDriver.reset();
    Limits limits = CudaDevice.find().devices().getFirst().limits();
    assertEquals(256, limits.lanes());
    assertEquals(28, limits.units());
    assertEquals(4096, 8 * (limits.words() + 24));
  }

  @Test
  void theDriverIsLookedForWhereThePropertySaysElseWhereTheSystemHasIt() {
    assertEquals(List.of("/a/libcuda.so.1"), DriverLibrary.names("/a/libcuda.so.1", "Linux"));
    assertEquals("libcuda.so.1", DriverLibrary.names(null, "Linux").getFirst());
    assertEquals(List.of("nvcuda.dll"), DriverLibrary.names(null, "Windows 11"));
  }
}
