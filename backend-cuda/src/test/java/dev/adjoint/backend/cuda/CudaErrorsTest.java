package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Sources;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("sources")
class CudaErrorsTest {

  @Test
  void aRefusedLaunchNamesOpShapeKernelAndStatusAndTheNextOneRuns() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4000);
      OnStub.ramp(backend, null, a, 1, 1000);
      StubDriver.fail("cuLaunchKernel", CudaStatus.LAUNCH_OUT_OF_RESOURCES, 1);
      DeviceException e =
          assertThrows(DeviceException.class, () -> OnStub.ramp(backend, null, a, 5, 1000));
      assertEquals(
          "cuda:0: ramp [1000]: cannot run the kernel ramp in 16 groups of 64 lanes:"
              + " CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701). Run with a smaller"
              + " -Dadjoint.cuda.lanes=<power of two>, such as 64.",
          e.getMessage());
      OnStub.ramp(backend, null, a, 2, 1000);
      assertEquals(1998, OnStub.floats(backend, a, 1000)[999]);
    });
  }

  @Test
  void aCrashIsSaidByWhoeverWaitsAndLeavesTheOtherDevice() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(400);
      OnStub.start(backend, OnStub.CRASH, new Buffer[] {a}, new long[1], 100);
      DeviceException e = assertThrows(DeviceException.class, backend::synchronize);
      String said = e.getMessage();
      assertTrue(
          said.startsWith("cuda:0: waiting for the stream: CUDA_ERROR_ILLEGAL_ADDRESS"), said);
      assertTrue(said.contains("-Dadjoint.cuda.sync=true"), said);
      for (int i = 0; i < 2; i++) { // and so does all that follows
        assertThrows(DeviceException.class, () -> OnStub.ramp(backend, null, a, 1, 100));
        assertThrows(DeviceException.class, () -> OnStub.floats(backend, a, 100));
        assertThrows(DeviceException.class, () -> backend.allocate(64));
      }
      try (CudaBackend other = OnStub.open(1)) {
        Buffer b = other.allocate(400);
        OnStub.ramp(other, null, b, 3, 100);
        assertEquals(297, OnStub.floats(other, b, 100)[99]);
      }
    });
  }

  @Test
  void withTheDebugPropertyACrashIsItsOwnOperations() throws Exception {
    System.setProperty(LaunchQueue.SYNC_PROPERTY, "true");
    try {
      OnStub.run(backend -> {
        Buffer a = backend.allocate(400);
        OnStub.ramp(backend, null, a, 1, 100);
        DeviceException e =
            assertThrows(
                DeviceException.class,
                () -> OnStub.start(backend, OnStub.CRASH, new Buffer[] {a}, new long[1], 77));
        String said = e.getMessage();
        assertTrue(said.startsWith("cuda:0: ramp [77]: cannot run the kernel crash in"), said);
        assertTrue(said.contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)"), said);
      });
    } finally {
      System.clearProperty(LaunchQueue.SYNC_PROPERTY);
    }
  }

  @Test
  void anImageThatTheDriverRefusesShowsWhatItsCompilerSays() throws Exception {
    KernelSource bad = Sources.source("bad_1", "bad");
    OnStub.run(backend -> {
      DeviceException e =
          assertThrows(
              DeviceException.class,
              () -> OnStub.start(backend, bad, new Buffer[0], new long[1], 1));
      String said = e.getMessage();
      assertTrue(
          said.startsWith(
              "cuda:0: ramp: cannot load the kernel bad_1: CUDA_ERROR_INVALID_PTX (218)."),
          said);
      assertTrue(said.endsWith("ptxas: line 1, this is no PTX"), said);
    });
  }

  @Test
  void aKernelThatItsModuleLacksIsNotFoundAndItsModuleUnloaded() throws Exception {
    KernelSource other = Sources.source("other", "ramp\n");
    OnStub.run(backend -> {
      DeviceException e =
          assertThrows(
              DeviceException.class,
              () -> OnStub.start(backend, other, new Buffer[0], new long[1], 1));
      assertEquals("cuda:0: ramp: no kernel other", e.getMessage());
      assertTrue(StubDriver.log().contains("unloaded a module"));
    });
  }

  @Test
  void resultsAreNamedAndOnlyALostContextIsSticky() {
    assertEquals("CUDA_ERROR_LAUNCH_FAILED (719)", CudaStatus.name(CudaStatus.LAUNCH_FAILED));
    assertEquals("a driver's newer result (917)", CudaStatus.name(917));
    assertTrue(CudaStatus.isSticky(CudaStatus.LAUNCH_FAILED));
    assertTrue(CudaStatus.isSticky(CudaStatus.ILLEGAL_ADDRESS));
    assertFalse(CudaStatus.isSticky(CudaStatus.OUT_OF_MEMORY));
    assertFalse(CudaStatus.isSticky(CudaStatus.LAUNCH_OUT_OF_RESOURCES));
  }

  @Test
  void resultsThatJcudaIsToldToThrowAreTheSame() {
    StubDriver.reset();
    StubDriver.fail("cuDevicePrimaryCtxRetain", CudaStatus.OUT_OF_MEMORY, 1);
    JCudaDriver.setExceptionsEnabled(true);
    try {
      OutOfMemoryException e = assertThrows(OutOfMemoryException.class, () -> OnStub.open(0));
      assertTrue(
          e.getMessage()
              .startsWith("cuda:0: cannot make a context: CUDA_ERROR_OUT_OF_MEMORY (2)."));
    } finally {
      JCudaDriver.setExceptionsEnabled(false);
    }
  }
}
