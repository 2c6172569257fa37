package dev.adjoint.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What lies between the modules of a network is given back, but to nobody who may still see it.
class SequentialTest extends OnEachDevice {
  private static final long SLABS = 64 << 10;

  private Tensor random(long... sizes) {
    return Tensors.rand(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  private Sequential network() {
    Sequential network =
        new Sequential(
            new Sequential(new Conv2d(1, 8, 3, ConvOptions.DEFAULT.padding(1)), Activation.RELU),
            new MaxPool2d(2),
            new Dropout(0.5),
            new Flatten(),
            new Linear(8 * 16 * 16, 4));
    network.to(device).eval();
    return network;
  }

  @Test
  void onlyTheResultStaysWithoutAGraph() {
    Sequential network = network();
    Tensor images = random(16, 1, 32, 32);
    long before = LiveBytes.settled(device);
    Tensor y = Autograd.noGrad(() -> Deferred.computed(network.forward(images)));
    long grown = LiveBytes.of(device) - before;
    assertTrue(grown < SLABS, () -> grown + " bytes for " + y.shape());
  }

  @Test
  void theGraphKeepsWhatItNeedsAndNoMore() {
    Sequential network = network();
    Tensor images = random(16, 1, 32, 32);
    long relu = 16 * 8 * 32 * 32 * 4;
    long before = LiveBytes.settled(device);
    Tensor loss = Deferred.computed(network.forward(images).square().sum());
    long kept = LiveBytes.of(device) - before;
    // The rectified images, a quarter of them pooled, and where those were, in int64.
    long needed = relu + relu / 4 + relu / 2;
    assertTrue(kept >= needed && kept < needed * 5 / 4, () -> kept + " bytes, not " + needed);
    loss.backward();
    long left = LiveBytes.of(device) - before;
    assertTrue(left < 4 * SLABS, () -> left + " bytes after the backward");
  }

  @Test
  void theResultIsTheSame() {
    Sequential network = network();
    Tensor images = random(16, 1, 32, 32);
    Tensor x = images;
    for (Module m : network.children().values()) {
      x = m.forward(x);
    }
    x.square().sum().backward();
    List<float[]> expected = new ArrayList<>();
    for (Tensor p : network.parameters()) {
      expected.add(Expect.gradOf(p).toFloatArray());
      p.setGrad(null);
    }
    Tensor y = network.forward(images);
    assertArrayEquals(x.toFloatArray(), y.toFloatArray());
    y.square().sum().backward();
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), Expect.gradOf(network.parameters().get(i)).toFloatArray());
    }
  }

  @Test
  void whatAModuleOfTheUsersWasGivenStays() {
    List<Tensor> seen = new ArrayList<>();
    Module tap =
        t -> {
          seen.add(t);
          return t;
        };
    Linear first = new Linear(3, 5);
    Linear second = new Linear(5, 2);
    Sequential network =
        new Sequential(
            first,
            new Flatten(),
            tap,
            Activation.TANH,
            tap,
            second,
            new Sequential(tap),
            new Linear(2, 2));
    network.to(device);
    Tensor x = ones(7, 3);
    network.forward(x);
    assertArrayEquals(first.forward(x).toFloatArray(), seen.get(0).toFloatArray());
    assertArrayEquals(seen.get(0).tanh().toFloatArray(), seen.get(1).toFloatArray());
    assertArrayEquals(second.forward(seen.get(1)).toFloatArray(), seen.get(2).toFloatArray());
  }

  @Test
  void theInputAndViewsOfItStay() {
    Tensor x = random(4, 2, 3);
    Sequential views = new Sequential(new Flatten(), new Dropout(0.5), Activation.RELU);
    views.eval();
    Tensor y = views.forward(x);
    assertEquals(x.shape().elements(), y.numel());
    assertArrayEquals(x.toFloatArray(), y.toFloatArray());
    Tensor same = new Sequential(new Dropout(0.5), new Flatten()).eval().forward(x);
    same.mul_(2);
    assertArrayEquals(same.toFloatArray(), x.toFloatArray());
  }
}
