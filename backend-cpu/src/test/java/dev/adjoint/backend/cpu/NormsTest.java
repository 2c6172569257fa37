package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The CPU's own kernel of a layer norm's gradient against the portable one, which adds in another order.
class NormsTest {
  private static final int ROUNDS = 100;

  private final Host host = new Host(2);
  private final Random random = new Random(5);

  @AfterEach
  void close() {
    host.close();
  }

  private Buffer numbers(DType type, int n, double from) {
    return host.upload(type, random.doubles(n, from, from + 2).toArray());
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void gradientsOfRows(DType type) {
    for (int round = 0; round < ROUNDS; round++) {
      int rows = 1 + random.nextInt(30);
      int n = 1 + random.nextInt(70);
      int block = 1 + random.nextInt(20);
      int blocks = Math.ceilDiv(rows, block);
      long[] sizes = {rows, n, 1 + random.nextInt(7), block};
      Buffer[] in = {
        numbers(type, rows * n, -1),
        numbers(type, rows * n, -1),
        numbers(type, n, -1),
        numbers(type, rows, -1),
        numbers(type, rows, 0.5)
      };
      int[] sums = {rows * n, blocks * n, blocks * n};
      List<double[]> got = new ArrayList<>();
      for (String name : List.of("layer_norm_backward", "portable_layer_norm_backward")) {
        List<Buffer> operands = new ArrayList<>(List.of(in));
        for (int results : sums) {
          operands.add(host.upload(type, new double[results]));
        }
        host.call(name, type, sizes, blocks, operands.toArray(Buffer[]::new));
        for (int o = 0; o < sums.length; o++) {
          got.add(host.download(type, operands.get(in.length + o), sums[o]));
        }
      }
      double close = type == DType.FLOAT32 ? 1e-5 : 1e-13;
      for (int o = 0; o < sums.length; o++) {
        for (int i = 0; i < sums[o]; i++) {
          assertEquals(got.get(sums.length + o)[i], got.get(o)[i], close, "result " + o);
        }
      }
    }
  }
}
