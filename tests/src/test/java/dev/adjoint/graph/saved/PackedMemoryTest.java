package dev.adjoint.graph.saved;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where saved tensors lie that go through hooks, and for how long.
class PackedMemoryTest extends OnEachDevice {
  @Test
  void savingOnTheCpuGivesTheSameGradientsAndSurvivesWrites() {
    Tensor x = leaf(1, 2);
    Tensor a = x.mul(1);
    Tensor y =
        Autograd.saveOnCpu(() -> {
          Tensor product = a.mul(a);
          Expect.values(product.gradFn().savedTensors().get("self").tensor(), 1, 2);
          assertEquals(device, product.gradFn().savedTensors().get("other").tensor().device());
          return product.exp();
        });
    a.add_(7);
    y.sum().backward();
    Expect.close(x.grad(), 1e-6, 2 * Math.E, 4 * Math.exp(4));
  }

  @Test
  void onlyWhatWasPackedStaysInMemory() {
    int n = 300_000;
    Tensor x = ones(n).requiresGrad_();
    long before = LiveBytes.settled(device);
    Tensor y;
    try (Scope scope = Scope.open()) {
      y =
          scope.keep(
              Autograd.savedTensorHooks(
                  t -> {
                    if (!t.requiresGrad() || !t.isLeaf()) {
                      t.close();
                    }
                    return 1.0;
                  },
                  number -> ones(n).mul(number),
                  () -> x.add(1).exp().tanh().sum()));
    }
    assertEquals(0, (LiveBytes.of(device) - before) / n);
    assertEquals(0, Autograd.graphReport(y).savedBytes());
    try (Scope _ = Scope.open()) {
      y.backward();
    }
    Expect.shape(Expect.gradOf(x), n);
  }

  @Test
  void aReportCountsWhatSaveOnCpuKeeps() {
    Tensor x = ones(1000).requiresGrad_();
    Tensor y = Deferred.atOnce(() -> Autograd.saveOnCpu(() -> x.exp()));
    assertEquals(4000, Autograd.graphReport(y).savedBytes());
    y.sum().backward();
    assertEquals(0, Autograd.graphReport(y).savedBytes());
  }

  @Test
  void savedTensorsMayGoToADisk(@TempDir Path folder) {
    AtomicInteger files = new AtomicInteger();
    Tensor x = leaf(1, 2);
    Tensor y =
        Autograd.savedTensorHooks(
            t -> write(folder.resolve("saved" + files.getAndIncrement()), t.toDoubleArray()),
            file -> vector(read(file)),
            () -> x.exp().mul(x));
    y.sum().backward();
    assertEquals(3, files.get());
    Expect.close(x.grad(), 1e-6, 2 * Math.E, 3 * Math.exp(2));
  }

  private static Path write(Path file, double... numbers) {
    try (var out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeInt(numbers.length);
      for (double n : numbers) {
        out.writeDouble(n);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double[] read(Path file) {
    try (var in = new DataInputStream(Files.newInputStream(file))) {
      double[] numbers = new double[in.readInt()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readDouble();
      }
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
