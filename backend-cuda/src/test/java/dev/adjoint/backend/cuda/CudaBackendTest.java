package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Sources;
import dev.adjoint.lowering.StagedCopies;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("sources")
class CudaBackendTest {

  @Test
  void kernelsRunInOrderWithTheirWords() throws Exception {
    OnStub.run(backend -> {
      int n = 1000;
      Buffer a = backend.allocate(4 * n);
      Buffer b = backend.allocate(4 * n);
      OnStub.ramp(backend, null, a, 1, n);
      for (int i = 0; i < 3000; i++) {
        OnStub.ramp(backend, a, b, 0, n);
        OnStub.ramp(backend, b, a, i & 1, n);
      }
      assertEquals(999f * 1501, OnStub.floats(backend, a, n)[999]);
    });
  }

  @Test
  void parametersArePackedPointersThenWords() throws Exception {
    KernelSource source = Sources.source("sum_words", "sum_words\n");
    long[] words = new long[100];
    Arrays.setAll(words, i -> i);
    OnStub.run(backend -> {
      Buffer c = backend.allocate(512);
      OnStub.start(backend, source, new Buffer[] {c}, words, 1);
      assertEquals(4950, OnStub.floats(backend, c, 8)[7]);
      assertTrue(StubDriver.log().contains("launched sum_words 1x64 with 808 bytes"));
      long[] tooMany = new long[512];
      DeviceException e =
          assertThrows(
              DeviceException.class,
              () -> OnStub.start(backend, source, new Buffer[] {c}, tooMany, 1));
      assertTrue(e.getMessage().contains("4096 bytes of parameters, not 4104"), e.getMessage());
    });
  }

  @Test
  void nothingWaitsBeforeAValueIsRead() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4000);
      backend.upload(MemorySegment.ofArray(new float[1000]), a, 0);
      OnStub.ramp(backend, a, a, 2, 1000);
      Buffer b = backend.allocate(4000);
      backend.free(b);
      List<String> log = StubDriver.log();
      assertFalse(log.contains("synchronized"), log::toString);
      assertFalse(log.contains("run ramp"), log::toString);
      assertEquals(1998, OnStub.floats(backend, a, 1000)[999]);
      assertEquals(1, StubDriver.log().stream().filter("synchronized"::equals).count());
    });
  }

  @Test
  void memoryMayBeFreedWhileWorkOnItIsQueued() throws Exception {
    OnStub.run(backend -> {
      int n = 1000;
      Buffer out = backend.allocate(4L * n);
      for (int i = 0; i < 50; i++) {
        Buffer a = backend.allocate(4L * n);
        OnStub.ramp(backend, null, a, i, n);
        OnStub.ramp(backend, a, out, 1, n);
        backend.free(a);
      }
      assertEquals(50f * 999, OnStub.floats(backend, out, n)[999]);
      assertEquals(4096, StubDriver.taken(0));
    });
  }

  @Test
  void transfersOfAnySizeArriveAndTheSourceMayBeReusedAtOnce() throws Exception {
    OnStub.run(backend -> {
      for (int n : new int[] {1, 100, StagedCopies.HALF, StagedCopies.HALF + 1, 9 << 20}) {
        byte[] bytes = new byte[n];
        new Random(n).nextBytes(bytes);
        byte[] want = bytes.clone();
        Buffer buffer = backend.allocate(n + 64L);
        backend.upload(MemorySegment.ofArray(bytes), buffer, 64);
        Arrays.fill(bytes, (byte) 0);
        backend.upload(MemorySegment.ofArray(new byte[64]), buffer, 0);
        byte[] got = new byte[n];
        backend.download(buffer, 64, MemorySegment.ofArray(got));
        assertArrayEquals(want, got, n + " bytes");
        backend.free(buffer);
      }
      assertEquals(1, StubDriver.log().stream().filter(l -> l.startsWith("pinned")).count());
    });
  }

  @Test
  void exhaustedMemoryIsAnExceptionAndWhatWasFreedCanBeHad() throws Exception {
    OnStub.run(backend -> {
      StubDriver.capacity(1 << 20);
      Buffer most = backend.allocate(1 << 20);
      OutOfMemoryException e = assertThrows(OutOfMemoryException.class, () -> backend.allocate(1));
      assertEquals(
          "cuda:0 out of memory: tried to allocate 1 bytes: CUDA_ERROR_OUT_OF_MEMORY (2). Of its"
              + " 1,048,576 bytes 1,048,576 are taken by this process. Close tensors that are no"
              + " longer needed, or work in smaller batches.",
          e.getMessage());
      backend.free(most); // which the stream has not got to
      Buffer again = backend.allocate(1 << 20);
      assertTrue(StubDriver.log().contains("trimmed"));
      OnStub.ramp(backend, null, again, 1, 100);
      assertEquals(99, OnStub.floats(backend, again, 100)[99]);
    });
  }

  @Test
  void aDeviceWithoutPoolsGivesMemoryBackWhenItIsDoneWithIt() throws Exception {
    StubDriver.reset();
    StubDriver.pools(false);
    try (CudaBackend backend = OnStub.open(0)) {
      Buffer a = backend.allocate(4000);
      Buffer b = backend.allocate(4000);
      OnStub.ramp(backend, null, a, 3, 1000);
      OnStub.ramp(backend, a, b, 0, 1000);
      backend.free(a);
      assertEquals(4096, StubDriver.taken(0));
      assertEquals(2997, OnStub.floats(backend, b, 1000)[999]);
    }
  }

  @Test
  void aClosedBackendHoldsNoContext() throws Exception {
    int before = StubDriver.retained(0);
    OnStub.run(backend -> assertEquals(before + 1, StubDriver.retained(0)));
    assertEquals(before, StubDriver.retained(0));
    StubDriver.fail("cuStreamCreate", CudaStatus.OUT_OF_MEMORY, 1);
    assertThrows(OutOfMemoryException.class, () -> OnStub.open(0));
    assertEquals(before, StubDriver.retained(0));
  }
}
