package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RandomTest {
  private static final DType F64 = DType.FLOAT64;
  private static final DType I64 = DType.INT64;

  private final Host host = new Host(2);

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void randomNumbersDependOnSeedAndPlaceOnly() {
    int n = 10_001;
    for (String kernel : List.of("random_uniform", "random_normal")) {
      for (DType type : List.of(DType.FLOAT32, F64)) {
        int each = 16 / type.bytes();
        Buffer out = host.buffer(type, n);
        host.call(kernel, type, new long[] {n, 42, 5}, Math.ceilDiv(n, each), out);
        double[] all = host.download(type, out, n);
        host.call(kernel, type, new long[] {100, 42, 6}, Math.ceilDiv(100, each), out);
        double[] later = host.download(type, out, 100);
        assertArrayEquals(Arrays.copyOfRange(all, each, each + 100), later);
        double mean = Arrays.stream(all).average().orElseThrow();
        double square = Arrays.stream(all).map(v -> v * v).average().orElseThrow();
        boolean normal = kernel.equals("random_normal");
        assertEquals(normal ? 0 : 0.5, mean, 0.03);
        assertEquals(normal ? 1 : 1 / 3.0, square, 0.05);
        assertTrue(normal || Arrays.stream(all).allMatch(v -> v >= 0 && v < 1));
      }
    }
  }

  /// With a counter that carries into its second word on the way.
  @Test
  void manyGroupsAtATimeAreWhatEachIsAlone() {
    int n = 1_003;
    long[] sizes = {n, 0x123456789abcdefL, (1L << 32) - 70};
    for (DType type : List.of(DType.FLOAT32, F64)) {
      for (String kernel : List.of("random_uniform", "random_normal")) {
        long groups = Math.ceilDiv(n, 16 / type.bytes());
        Buffer got = host.buffer(type, n);
        Buffer want = host.buffer(type, n);
        host.call(kernel, type, sizes, groups, got);
        host.call("portable_" + kernel, type, sizes, groups, want);
        double error = kernel.equals("random_uniform") ? 0 : type == F64 ? 1e-14 : 5e-6;
        assertArrayEquals(
            host.download(type, want, n), host.download(type, got, n), error, kernel + " " + type);
      }
    }
  }

  /// The known answer of Random123's test vectors for a counter and a key of zeros.
  @Test
  void philoxIsThePublishedOne() {
    Buffer out = host.buffer(DType.FLOAT32, 4);
    host.call("random_uniform", DType.FLOAT32, new long[] {4, 0, 0}, 1, out);
    long[] words = {0x6627e8d5L, 0xe169c58dL, 0xbc57ac4cL, 0x9b00dbd8L};
    double[] want = Arrays.stream(words).mapToDouble(w -> (w >> 8) * 0x1p-24).toArray();
    assertArrayEquals(want, host.download(DType.FLOAT32, out, 4));
  }

  @Test
  void randomIntegersFillTheirRange() {
    int n = 5001;
    Buffer out = host.buffer(I64, n);
    host.call("random_int", I64, new long[] {n, 1, 0, -3, 4}, Math.ceilDiv(n, 2), out);
    double[] got = host.download(I64, out, n);
    for (int v = -3; v < 4; v++) {
      int value = v;
      assertNotEquals(0, Arrays.stream(got).filter(x -> x == value).count());
    }
    assertTrue(Arrays.stream(got).allMatch(v -> v >= -3 && v < 4));
  }
}
