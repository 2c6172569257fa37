package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// By way of pinned memory and by mapping; a device with memory of its own does only the former.
class TransfersTest {
  private static final int[] SIZES = {
    0, 1, 3, 64, 4097, 262_144, 262_145, 4 << 20, (4 << 20) + 1, (8 << 20) + 5, (20 << 20) + 3
  };

  private static byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    new Random(n).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bytesOfAnySizeComeBackAsTheyWent(boolean maps) throws Exception {
    OnDevice.run(
        maps,
        null,
        backend -> {
          for (int size : SIZES) {
            byte[] sent = bytes(size);
            Buffer buffer = backend.allocate(size + 100);
            try (Arena arena = Arena.ofConfined()) {
              MemorySegment memory = arena.allocate(size + 1).asSlice(1); // of no alignment at all
              memory.copyFrom(MemorySegment.ofArray(sent));
              backend.upload(memory, buffer, 7);
              byte[] heap = new byte[size];
              backend.download(buffer, 7, MemorySegment.ofArray(heap));
              assertArrayEquals(sent, heap);
              backend.upload(MemorySegment.ofArray(sent), buffer, 77);
              backend.download(buffer, 77, memory);
              assertArrayEquals(sent, memory.toArray(ValueLayout.JAVA_BYTE));
            }
            backend.free(buffer);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSourceMayBeReusedAtOnce(boolean maps) throws Exception {
    OnDevice.run(
        maps,
        null,
        backend -> {
          int size = 60_000;
          int count = 300; // so that both halves are used several times
          Buffer buffer = backend.allocate((long) size * count);
          byte[] source = new byte[size];
          for (int i = 0; i < count; i++) {
            java.util.Arrays.fill(source, (byte) i);
            backend.upload(MemorySegment.ofArray(source), buffer, (long) size * i);
          }
          byte[] got = new byte[size * count];
          backend.download(buffer, 0, MemorySegment.ofArray(got));
          for (int i = 0; i < got.length; i++) {
            assertEquals((byte) (i / size), got[i]);
          }
          backend.free(buffer);
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void transfersKeepTheirPlaceAmongKernels(boolean maps) throws Exception {
    OnDevice.run(
        maps,
        null,
        backend -> {
          int n = 300_000;
          float[] zeros = new float[n];
          Buffer a = backend.allocate(4L * n);
          Buffer b = backend.allocate(4L * n);
          for (int round = 1; round <= 5; round++) {
            backend.upload(MemorySegment.ofArray(zeros), a, 0);
            OnDevice.ramp(backend, a, b, round, n);
            OnDevice.ramp(backend, b, a, round, n);
            float[] got = OnDevice.floats(backend, a, n);
            assertEquals(2f * round * 12_345, got[12_345]);
          }
          backend.free(a);
          backend.free(b);
        });
  }
}
