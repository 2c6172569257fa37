package dev.adjoint.memory;

import static dev.adjoint.graph.RecordingBackend.describe;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.OutOfMemoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Losses that wait for their gradients' launch, and what else has them computed.
@ExtendWith(Deferred.class)
class WaitingSumsTest extends OnARecordingDevice {
  private static Tensor gradient(Tensor leaf) {
    return requireNonNull(leaf.grad());
  }

  @Test
  void aLossAndItsGradientsAreOneLaunch() {
    Tensor x = leaf();
    Tensor y = tensor(N);
    Tensor loss = x.mul(y).square().sum();
    launches(loss::backward, "fold sum(mul mul mul mul square) -> 1");
    launches(() -> read(loss));
    launches(() -> read(gradient(x)));
  }

  @Test
  void aMeanIsDividedWhenItIsRead() {
    Tensor x = leaf();
    Tensor y = tensor(N);
    Tensor loss = x.sub(y).square().mean();
    launches(
        loss::backward,
        "elementwise div -> 1", // the gradient of all elements
        "fold sum(sub mul mul square) -> 1");
    launches(() -> read(loss), "elementwise div -> 1");
  }

  @Test
  void aLossThatIsReadFirstIsComputedThen() {
    Tensor x = leaf();
    Tensor loss = x.square().sum();
    launches(() -> read(loss), "fold sum(square)");
    launches(loss::backward, "elementwise mul mul -> 1");
  }

  @Test
  void whatNoGraphKnowsIsSummedAtOnce() {
    Tensor x = tensor(N);
    launches(() -> x.square().sum(), "fold sum(square)");
    Tensor w = leaf();
    launches(() -> Autograd.noGrad(() -> w.square().sum()), "fold sum(square)");
    launches(() -> w.square().detach().sum(), "elementwise square -> 1", "fold sum()");
  }

  @Test
  void aSumThatNobodyHoldsIsNotComputed() {
    Tensor x = leaf();
    launches(() -> x.square().sum().close());
    Tensor loss = x.exp().sum();
    Tensor gradient = Autograd.grad(loss, x, GradOption.RETAIN_GRAPH);
    loss.close();
    launches(() -> read(gradient));
  }

  @Test
  void aWriteToWhatItReadsComesAfterIt() {
    Tensor x = leaf();
    Tensor y = tensor(N);
    Tensor loss = x.mul(y).sum();
    launches(() -> y.add_(1), "fold sum(mul) -> 1", "elementwise add -> 1");
    launches(() -> read(loss));
    Tensor product = x.mul(y);
    Tensor another = product.sum();
    product.close();
    launches(() -> y.add_(1), "fold sum(mul)", "elementwise add -> 1");
    launches(() -> read(another));
  }

  @Test
  void aSumThatSharesNothingIsComputedWhenTheWalkEnds() {
    Tensor x = leaf();
    Tensor loss = x.add(tensor(N)).sum();
    launches(loss::backward, "fold sum(add)", "elementwise  -> 1");
  }

  @Test
  void oneSumJoinsALaunchAndAnotherDoesNot() {
    Tensor x = leaf();
    Tensor y = x.exp();
    Tensor first = y.mul(2).sum();
    Tensor second = y.mul(3).sum();
    launches(
        () -> first.backward(GradOption.RETAIN_GRAPH),
        "fold sum(mul exp mul mul) -> 1",
        "fold sum(exp mul)");
    launches(() -> read(second));
  }

  @Test
  void aLossThatIsScaledWaitsToo() {
    Tensor x = leaf();
    Tensor y = tensor(N);
    Tensor loss = x.mul(y).square().sum().div(4);
    launches(
        loss::backward,
        "elementwise div -> 1", // the gradient of the sum
        "fold sum(mul mul mul mul square) -> 1");
    launches(() -> read(loss), "elementwise div -> 1");
  }

  @Test
  void eachTermOfALossJoinsALaunchOfItsOwn() {
    Tensor x = leaf();
    Tensor w = tensor(2 * N).requiresGrad_();
    Tensor loss = x.exp().sum().add(w.square().sum().mul(0.01));
    launches(
        loss::backward,
        "elementwise mul -> 1", // the gradient of the second
        "fold sum(mul mul square) -> 1",
        "fold sum(exp mul) -> 1");
    launches(() -> read(loss), "elementwise mul add -> 1");
    launches(() -> read(loss));
  }

  @Test
  void numbersMadeOfSumsAreReadLikeAnyOther() {
    float[] ones = new float[N];
    Arrays.fill(ones, 1);
    Tensor x = Tensors.tensor(ones, DType.FLOAT32, Device.CPU).requiresGrad_();
    Tensor loss = x.mul(2).sum().div(N);
    Tensor stretched = loss.mul(Tensors.tensor(new float[] {1, 2}));
    assertEquals(4, stretched.select(0, 1).item());
    Tensor total = Tensors.zeros(Tensors.shape());
    for (int i = 0; i < 100; i++) {
      total = total.add(x.mul(i).sum().div(N)); // more than may wait
    }
    assertEquals(4950, total.item());
    Tensor squared = x.mul(3).sum().div(N).square();
    squared.backward();
    assertEquals(18f / N, gradient(x).select(0, 0).item(), 1e-9);
    assertEquals(9, squared.item());
    Tensor before = x.sum().div(N).mul(5);
    Tensor scaled = x.mul(1).sum().div(N).mul(5);
    Autograd.noGrad(() -> x.mul_(2));
    assertEquals(5, scaled.item());
    assertEquals(5, before.item());
  }

  @Test
  void aFewSumsWaitAtATime() {
    Tensor x = leaf();
    List<Tensor> losses = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      launches(() -> losses.add(x.exp().sum()));
    }
    launches(() -> losses.add(x.exp().sum()), "fold sum(exp)");
    launches(() -> read(losses.getFirst()));
    launches(() -> read(losses.get(1)), "fold sum(exp)");
  }

  @Test
  void gradientsThatFindNoRoomLeaveTheLossToBeRead() {
    RecordingBackend small = RecordingBackend.open(20 << 20);
    Tensor x = Tensors.empty(Tensors.shape(3 << 20), DType.FLOAT32, small.device()).requiresGrad_();
    Tensor loss = x.square().sum();
    assertThrows(OutOfMemoryException.class, () -> loss.backward(GradOption.RETAIN_GRAPH));
    assertNull(x.grad());
    assertEquals(List.of(), small.launches());
    read(loss);
    assertEquals(List.of("fold sum(square)"), describe(small.launches()));
  }

  @Test
  void anotherThreadComputesTheLossAndTheGradients() throws Exception {
    float[] values = new float[N];
    Arrays.fill(values, 3);
    Tensor x = Tensors.tensor(values, DType.FLOAT32, Device.CPU).requiresGrad_();
    Tensor loss = x.square().mean();
    CompletableFuture.runAsync(loss::backward).get();
    assertEquals(9, loss.item());
    assertEquals(6f / N, gradient(x).select(0, 7).item());
  }

  @Test
  void aLossHasTheBitsOfOneThatIsComputedAtOnce() {
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      Tensor x = Tensors.rand(Tensors.shape(300, 70), type, Device.CPU).requiresGrad_();
      Tensor row = Tensors.rand(Tensors.shape(70), type, Device.CPU).requiresGrad_();
      double loss = Deferred.atOnce(() -> loss(x, row).item());
      Tensor waiting = loss(x, row);
      waiting.backward();
      assertEquals(loss, waiting.item(), type.toString());
    }
  }

  private static Tensor loss(Tensor x, Tensor row) {
    return x.mul(row).add(x.detach()).tanh().mul(row.sigmoid()).mean();
  }
}
