package dev.adjoint.memory;

import static dev.adjoint.graph.RecordingBackend.describe;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.OutOfMemoryException;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Which small gradients of a walk back are computed together, and that nobody can tell.
@ExtendWith(Deferred.class)
class WalkTest {
  private final RecordingBackend backend = RecordingBackend.interpreting();

  private Tensor tensor(int n) {
    return Tensors.tensor(new float[n], DType.FLOAT32, backend.device());
  }

  private void launches(Runnable work, String... expected) {
    assertEquals(List.of(expected), describe(backend.launchesOf(work)));
  }

  @Test
  void theFormulasOfNeighbouringNodesAreOneLaunch() {
    Tensor x = tensor(3).requiresGrad_();
    Tensor w = tensor(3).requiresGrad_();
    Tensor y = x.tanh().mul(w);
    Tensor v = tensor(3);
    launches(() -> y.backward(v), "elementwise mul mul square sub mul -> 2");
  }

  @Test
  void aSumOfGradientsIsAPartOfThatLaunch() {
    Tensor x = tensor(3).requiresGrad_();
    Tensor y = x.mul(2).add(x.mul(3));
    Tensor v = tensor(3);
    launches(() -> y.backward(v), "elementwise mul mul add -> 1");
  }

  @Test
  void aDeviceThatCompilesHasALaunchForEachNode() {
    RecordingBackend compiler = RecordingBackend.open();
    Tensor x = Tensors.tensor(new float[3], DType.FLOAT32, compiler.device()).requiresGrad_();
    Tensor y = x.mul(2).mul(3);
    Tensor v = Tensors.tensor(new float[3], DType.FLOAT32, compiler.device());
    assertEquals(
        List.of("elementwise mul -> 1", "elementwise mul -> 1"),
        describe(compiler.launchesOf(() -> y.backward(v))));
  }

  @Test
  void longWalksAreComputedInParts() {
    Tensor x = tensor(3).requiresGrad_();
    Tensor y = x;
    for (int i = 0; i < 2 * Realization.MAX_INSTRUCTIONS; i++) {
      y = y.mul(2);
    }
    Tensor last = y;
    Tensor v = tensor(3);
    String part = "elementwise" + " mul".repeat(Realization.MAX_INSTRUCTIONS) + " -> 1";
    launches(() -> last.backward(v), part, part);
  }

  @Test
  void whatSeveralReadCountsOnce() {
    Tensor x = tensor(3).requiresGrad_();
    Tensor w = tensor(3).requiresGrad_();
    Tensor y = x;
    for (int i = 0; i < 20; i++) {
      y = y.mul(w);
    }
    Tensor last = y;
    Tensor v = tensor(3);
    List<String> launches = describe(backend.launchesOf(() -> last.backward(v)));
    assertEquals(1, launches.size(), launches::toString);
    assertEquals(20 + 20 + 19, launches.getFirst().split(" (mul|add)", -1).length - 1);
  }

  @Test
  void aHookFindsTheGradientComputed() {
    Tensor x = tensor(3).requiresGrad_();
    Tensor y = x.mul(2);
    Tensor z = y.mul(3);
    y.registerHook(g -> null);
    Tensor v = tensor(3);
    launches(() -> z.backward(v), "elementwise mul -> 1", "elementwise mul -> 1");
  }

  @Test
  void whatAHooksThreadOverwritesWasReadBefore() {
    Tensor x = Tensors.tensor(new float[] {1, 2}).requiresGrad_();
    Tensor w = Tensors.tensor(new float[] {3, 5});
    Tensor y = x.mul(w);
    x.registerHook(g -> {
      Thread writer = Thread.ofPlatform().start(() -> Autograd.noGrad(() -> w.fill_(0)));
      try {
        writer.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return null;
    });
    y.sum().backward();
    Expect.values(requireNonNull(x.grad()), 3, 5);
  }

  @Test
  void aValueThatFoundNoRoomHoldsWhatItReads() {
    RecordingBackend small = RecordingBackend.interpreting(20 << 20);
    Shape shape = Shape.of(1000);
    Tensor x = Tensors.empty(shape, DType.FLOAT32, small.device());
    List<Tensor> others = new ArrayList<>();
    assertThrows(
        OutOfMemoryException.class,
        () -> {
          while (true) {
            others.add(Tensors.empty(shape, DType.FLOAT32, small.device()));
          }
        });
    Window window = Window.open();
    Tensor y = x.mul(2);
    x.close();
    assertThrows(OutOfMemoryException.class, window::close);
    others.forEach(Tensor::close);
    assertEquals(
        List.of("elementwise mul -> 1"),
        describe(small.launchesOf(() -> Expect.shape(Deferred.computed(y), 1000))));
  }
}
