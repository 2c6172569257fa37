package dev.adjoint.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Modules of images and normalisations.
class LayersTest extends OnEachDevice {
  private static final ConvOptions PLAIN = ConvOptions.DEFAULT;

  @BeforeEach
  void seed() {
    Tensors.manualSeed(1);
  }

  @Test
  void printAsPyTorch() {
    Expect.prints(
        """
        Sequential(
          (0): Conv2d(1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
          (1): Conv1d(2, 4, kernel_size=(3,), stride=(1,), groups=2)
          (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
          (3): AvgPool2d(kernel_size=(2, 1), stride=3, padding=0)
          (4): BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
          (5): LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=True)
          (6): GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)
          (7): Flatten(start_dim=1, end_dim=-1)
          (8): Dropout(p=0.25, inplace=False)
        )\
        """,
        new Sequential(
            new Conv2d(1, 16, 3, PLAIN.padding(1)),
            new Conv1d(2, 4, 3, PLAIN.groups(2)),
            new MaxPool2d(2),
            new AvgPool2d(PoolOptions.of(2, 1).stride(3)),
            new BatchNorm2d(3),
            new LayerNorm(3),
            new GroupNorm(2, 4),
            new Flatten(),
            new Dropout(0.25)));
    ConvOptions options = PLAIN.stride(2).padding(1, 0).dilation(2);
    Expect.prints(
        "Conv2d(1, 16, kernel_size=(3, 3), stride=(2, 2), padding=(1, 0), dilation=(2, 2), bias=False)",
        new Conv2d(1, 16, new long[] {3}, options, false, DType.FLOAT32, device));
    Expect.prints(
        "BatchNorm1d(3, eps=1e-05, momentum=None, affine=False, bias=False, track_running_stats=True)",
        new BatchNorm1d(3, 1e-5, null, false, DType.FLOAT32, device));
  }

  @Test
  void convolutionStartsWithinOneOverTheRootOfWhatAWindowSees() {
    Conv2d conv = new Conv2d(8, 200, 5, PLAIN.groups(2), device);
    Expect.shape(conv.weight(), 200, 4, 5, 5);
    for (Tensor p : conv.parameters()) {
      double greatest = p.detach().abs().max().item();
      assertTrue(greatest <= 0.1 && greatest > 0.095, "greatest " + greatest);
    }
  }

  @Test
  void convolutionTakesWholeGroupsOfChannels() {
    Expect.fails(
        ShapeException.class,
        "in_channels must be divisible by groups",
        () -> new Conv2d(3, 4, 3, PLAIN.groups(2)));
    Expect.fails(
        ShapeException.class,
        "out_channels must be divisible by groups",
        () -> new Conv1d(4, 3, 3, PLAIN.groups(2)));
  }

  @Test
  void networkOfImagesGivesEveryParameterItsGradient() {
    Sequential network =
        new Sequential(
            new Conv2d(1, 4, 3, PLAIN.padding(1), device),
            new BatchNorm2d(4, device),
            Activation.RELU,
            new MaxPool2d(2),
            new Flatten(),
            new Linear(16, 3, device));
    Tensor x = Tensors.randn(Tensors.shape(5, 1, 4, 4), device);
    Tensor y = network.forward(x);
    Expect.shape(y, 5, 3);
    y.square().sum().backward();
    assertEquals(6, network.parameters().size());
    for (Tensor p : network.parameters()) {
      assertEquals(p.shape(), Expect.gradOf(p).shape());
    }
  }

  @Test
  void batchNormFollowsBatchesInTrainingAndRestsOutOfIt() {
    BatchNorm1d norm = new BatchNorm1d(1, 0, 0.5, false, DType.FLOAT64, device);
    Tensor x = Tensors.tensor(new double[] {1, 3}, DType.FLOAT64, device).view(2, 1);
    Expect.close(norm.forward(x), 1e-12, -1, 1);
    Expect.values(norm.runningMean(), 1);
    Expect.values(norm.runningVar(), 1.5);
    norm.eval();
    Expect.close(norm.forward(x), 1e-12, 0, 2 / Math.sqrt(1.5));
    Expect.values(norm.runningMean(), 1);
    assertEquals(
        List.of("running_mean", "running_var", "num_batches_tracked"),
        List.copyOf(norm.namedBuffers().keySet()));
    assertEquals(1, norm.namedBuffers().get("num_batches_tracked").itemLong());
  }

  @Test
  void batchNormWithoutMomentumAveragesAllBatches() {
    BatchNorm1d norm = new BatchNorm1d(1, 0, null, false, DType.FLOAT64, device);
    for (double mean : new double[] {1, 2, 6}) {
      double[] batch = {mean - 1, mean + 1};
      norm.forward(Tensors.tensor(batch, DType.FLOAT64, device).view(2, 1));
    }
    Expect.close(norm.runningMean(), 1e-12, 3);
    Expect.close(norm.runningVar(), 1e-12, 2);
  }

  @Test
  void batchNormRefusesOtherRanks() {
    Expect.fails(
        ShapeException.class,
        "expected 4D input (got 2D input)",
        () -> new BatchNorm2d(3, device).forward(ones(2, 3)));
    Expect.fails(
        ShapeException.class,
        "expected 2D or 3D input (got 4D input)",
        () -> new BatchNorm1d(3, device).forward(ones(2, 3, 1, 1)));
  }

  @Test
  void dropoutKeepsTheMeanInTrainingAndTheInputOutOfIt() {
    Dropout dropout = new Dropout(0.25);
    Tensor x = ones(100, 100).requiresGrad_();
    Tensor y = dropout.forward(x);
    assertEquals("MulBackward0", y.gradFn().name());
    double zeros = y.detach().eq(0).sum().itemLong() / 1e4;
    assertEquals(0.25, zeros, 0.02);
    assertEquals(1 / 0.75, y.detach().max().item(), 1e-6);
    y.sum().backward();
    assertEquals(y.detach().sum().item(), Expect.gradOf(x).sum().item(), 1e-2);
    assertEquals(0, new Dropout(1).forward(x).detach().sum().item());
    dropout.eval();
    assertSame(x, dropout.forward(x));
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1.5));
  }

  @Test
  void trainingReachesAllThatABlockIsMadeOf() {
    Dropout inner = new Dropout();
    Sequential outer = new Sequential(new Sequential(inner), Tensor::relu);
    assertTrue(inner.isTraining());
    outer.eval();
    assertFalse(inner.isTraining());
    outer.train();
    assertTrue(inner.isTraining() && outer.isTraining());
  }

  @Test
  void buffersMoveWithTheModule() {
    BatchNorm2d norm = new BatchNorm2d(2);
    Tensor mean = norm.runningMean();
    norm.to(device);
    assertSame(mean, norm.runningMean());
    norm.namedBuffers().values().forEach(b -> assertEquals(device, b.device()));
  }
}
