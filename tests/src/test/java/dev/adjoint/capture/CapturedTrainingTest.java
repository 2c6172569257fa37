package dev.adjoint.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.AdamW;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.optim.SGD;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Training by replays is training step by step, to the last bit.
class CapturedTrainingTest extends OnEachDevice {
  private static final int BATCHES = 8;

  private static final Map<String, Function<List<Tensor>, Optimizer>> OPTIMIZERS =
      Map.of(
          "sgd", p -> new SGD(p, 0.1),
          "momentum", p -> new SGD(p, 0.1).momentum(0.9).nesterov(true).weightDecay(0.01),
          "adam", p -> new Adam(p, 0.05).capturable(),
          "adamW", p -> new AdamW(p, 0.05).betas(0, 0.95).capturable());

  static List<String> optimizers() {
    return OPTIMIZERS.keySet().stream().sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void replaysTrainAsStepsDo(String name) {
    Function<List<Tensor>, Optimizer> optimizer = OPTIMIZERS.get(name);
    String steps = new Trained(device, optimizer).train(BATCHES, false).state();
    String replays = new Trained(device, optimizer).train(BATCHES, true).state();
    assertEquals(steps, replays);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100})
  void countingOnTheDeviceIsCountingInJava(int steps) {
    float[][] ends = new float[2][];
    for (int i = 0; i < 2; i++) {
      Tensor p = leaf(1, -2, 3, 0.5);
      Adam adam = new Adam(List.of(p), 0.01);
      Optimizer optimizer = i == 0 ? adam : adam.capturable();
      for (int s = 0; s < steps; s++) {
        optimizer.zeroGrad();
        p.mul(p).sum().backward();
        optimizer.step();
      }
      ends[i] = p.toFloatArray();
    }
    assertArrayEquals(ends[0], ends[1], 3e-6f);
  }

  @Test
  void countingGoesOnWhereJavaWas() {
    Tensor p = leaf(1, -2);
    Tensor q = leaf(1, -2);
    Adam one = new Adam(List.of(p), 0.01);
    Adam other = new Adam(List.of(q), 0.01);
    for (int s = 0; s < 6; s++) {
      p.setGrad(vector(s, 1));
      q.setGrad(vector(s, 1));
      one.step();
      (s == 3 ? other.capturable() : other).step();
    }
    assertArrayEquals(p.toFloatArray(), q.toFloatArray(), 1e-6f);
  }
}
