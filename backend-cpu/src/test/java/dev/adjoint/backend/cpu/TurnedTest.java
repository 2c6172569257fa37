package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.fail;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Copies of matrices that lie transposed.
class TurnedTest {
  private final Host host = new Host(3);

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void everyElementSizeIsTurned() {
    for (DType type : DType.values()) {
      checkTurned(type, 130, 100);
    }
  }

  /// 32 MB and more go around the caches, in whole lines and in the rests at both ends of a row.
  @Test
  void whatIsLargerThanTheCachesIsTurned() {
    checkTurned(DType.FLOAT64, 2061, 2050);
    checkTurned(DType.UINT8, 5900, 5701);
  }

  private void checkTurned(DType type, int rows, int columns) {
    double[] x = new Random(3).ints(rows * columns, 0, 2).asDoubleStream().toArray();
    Buffer out = host.buffer(type, x.length);
    host.run(
        Host.identity(type),
        new long[] {rows, columns},
        new Operand(host.upload(type, x), 0, new long[] {1, rows}),
        new Operand(out, 0, new long[] {columns, 1}));
    double[] got = host.download(type, out, x.length);
    for (int i = 0; i < x.length; i++) {
      if (x[i % columns * rows + i / columns] != got[i]) {
        fail(type + ": element " + i + " of " + rows + " x " + columns);
      }
    }
  }
}
