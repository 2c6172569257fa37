package dev.adjoint.memory;

import static dev.adjoint.graph.RecordingBackend.describe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.nn.Losses;
import dev.adjoint.type.DType;
import dev.adjoint.type.OutOfMemoryException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// When results that wait are computed, and together with what.
@ExtendWith(Deferred.class)
class DeferralTest extends OnARecordingDevice {
  @Test
  void aChainIsOneLaunchOnceItIsRead() {
    Tensor x = tensor(N);
    Tensor w = tensor(N);
    launches(() -> x.mul(w).add(x));
    Tensor y = x.mul(w).add(x).tanh();
    launches(() -> read(y), "elementwise mul add tanh -> 1");
    launches(() -> read(y));
  }

  @Test
  void smallResultsDoNotWait() {
    Tensor x = tensor(N - 1);
    launches(() -> x.mul(2), "elementwise mul -> 1");
  }

  @Test
  void aSumReadsWhatItsProducersRead() {
    Tensor x = tensor(N);
    Tensor y = tensor(N);
    launches(() -> x.sub(y).square().sum(), "fold sum(sub square)");
  }

  @Test
  void aSumThatWouldReadAcrossTheRowsReadsTheResult() {
    Tensor x = tensor(N).view(2, N / 2);
    Tensor y = tensor(N).view(N / 2, 2).t();
    Tensor row = tensor(N / 2);
    launches(() -> x.mul(y).sum(1), "elementwise mul -> 1", "fold sum()");
    launches(() -> x.mul(row).sum(1), "fold sum(mul)");
    launches(() -> x.narrow(0, 0, 1).expand(2, N / 2).mul(x).sum(0), "fold sum(mul)");
  }

  @Test
  void forwardAndBackwardOfAnExpressionAreOneLaunch() {
    Tensor x = leaf();
    Tensor w = leaf();
    launches(
        () -> x.mul(w).add(x).tanh().mul(w.sigmoid()).sum().backward(),
        "fold sum(sigmoid mul mul add tanh square sub mul mul add mul mul sub mul mul add mul) -> 2");
  }

  @Test
  void whatSeveralNeedIsComputedOnce() {
    Tensor x = tensor(N);
    Tensor y = x.exp();
    Tensor z = y.add(y.mul(2)).mul(y);
    launches(() -> read(z), "elementwise exp mul add mul -> 1");
  }

  @Test
  void whatIsComputedAsAPartForTheSecondTimeIsStored() {
    Tensor x = tensor(N);
    Tensor y = x.exp();
    launches(() -> y.sum(), "fold sum(exp)");
    launches(() -> read(y.add(1)), "elementwise exp add -> 2");
    launches(() -> read(y));
    launches(() -> y.sum(), "fold sum()");
    Tensor z = x.tanh();
    launches(() -> z.sum(), "fold sum(tanh)");
    launches(() -> z.mul(2).sum(), "elementwise tanh -> 1", "fold sum(mul)");
  }

  @Test
  void aWriteComputesWhatReadsTheTargetFirst() {
    Tensor x = tensor(N);
    Tensor y = x.mul(2);
    Tensor z = y.add(1);
    launches(() -> x.add_(1), "elementwise mul -> 1", "elementwise add -> 1");
    launches(() -> read(z), "elementwise add -> 1");
  }

  @Test
  void aWriteComputesNothingForClosedTensors() {
    Tensor x = tensor(N);
    Tensor y = x.mul(2);
    Tensor z = y.exp();
    y.close();
    launches(() -> x.add_(1), "elementwise mul exp -> 1", "elementwise add -> 1");
    Tensor u = x.mul(3);
    u.exp().close();
    u.close();
    launches(() -> x.add_(1), "elementwise add -> 1");
    launches(() -> read(z));
  }

  @Test
  void aWriteToSomethingSmallLeavesItsReadersACopy() {
    Tensor row = tensor(64);
    Tensor x = tensor(N).view(N / 64, 64);
    Tensor y = x.add(row);
    Tensor z = x.mul(row).exp();
    launches(() -> row.mul_(2), "elementwise  -> 1", "elementwise mul -> 1");
    launches(() -> row.mul_(2), "elementwise mul -> 1");
    launches(() -> read(y), "elementwise add -> 1");
    launches(() -> read(z), "elementwise mul exp -> 1");
  }

  @Test
  void aSumOfWhatSeveralTensorsHoldReadsIt() {
    Tensor x = tensor(N);
    Tensor y = x.mul(2);
    Tensor again = y.detach();
    launches(() -> y.sum(), "elementwise mul -> 1", "fold sum()");
    launches(() -> again.sum(), "fold sum()");
  }

  @Test
  void aWriteToAPendingValueIsPartOfItsProgram() {
    Tensor x = tensor(N);
    Tensor y = x.mul(2);
    launches(() -> y.add_(1), "elementwise mul add -> 1");
    assertEquals(1, y.version());
    launches(() -> y.narrow(0, 0, 10).add_(1), "elementwise add -> 1");
  }

  @Test
  void ofAPendingValueATransposeJoinsAndAnotherViewReads() {
    Tensor x = tensor(N).view(2, N / 2);
    Tensor y = x.mul(2);
    launches(() -> y.t().unsqueeze(0));
    launches(() -> read(y.t().add(x.t())), "elementwise mul add -> 1");
    launches(() -> y.narrow(0, 0, 1).add(1), "elementwise mul -> 1", "elementwise add -> 1");
  }

  @Test
  void longChainsAreComputedInParts() {
    Tensor x = tensor(N);
    launches(
        () -> {
          Tensor y = x;
          for (int i = 0; i < 3 * Deferral.MAX_INSTRUCTIONS; i++) {
            y = y.add(1);
          }
          read(y);
        },
        chain(),
        chain(),
        chain());
  }

  private static String chain() {
    return "elementwise" + " add".repeat(Deferral.MAX_INSTRUCTIONS) + " -> 1";
  }

  @Test
  void whatOnlyPendingValuesHoldIsBounded() {
    long before = live();
    Tensor sum = tensor(N);
    for (int i = 0; i < 200; i++) {
      Tensor more = tensor(N);
      Tensor next = sum.add(more);
      more.close();
      sum.close();
      sum = next;
      assertTrue(live() - before < 10 * 4 * N, "after " + i);
    }
    read(sum);
    assertTrue(live() - before < 2 * 4 * N);
  }

  private long live() {
    return Devices.open(backend.device()).allocator().statistics().live();
  }

  @Test
  void ofACrossEntropyOnlyTheGradientIsWrittenInTheSizeOfTheLogits() {
    Tensor x = tensor(N).view(N / 8, 8).detach().requiresGrad_();
    Tensor target = Tensors.zeros(Tensors.shape(N / 8), DType.INT64, backend.device());
    assertEquals(
        List.of(
            "call log_softmax_totals",
            "call nll_loss",
            "call nll_loss_backward",
            "call log_softmax_backward_of_one"),
        calls(() -> Losses.crossEntropy(x, target).backward()));
    Tensor loss = Losses.nllLoss(x.logSoftmax(1), target);
    assertEquals(
        List.of("call nll_loss_backward", "call log_softmax_backward_of_one"),
        calls(loss::backward));
    Tensor watched = Losses.crossEntropy(x, target);
    GradFn softmax = watched.gradFn().nextFunctions().getFirst().function();
    softmax.registerPrehook(gradients -> List.of(gradients.getFirst().mul(2)));
    assertEquals(
        List.of(
            "call nll_loss_backward",
            "call scatter_one",
            "call log_softmax_of",
            "call log_softmax_backward"),
        calls(watched::backward));
  }

  private List<String> calls(Runnable work) {
    return describe(backend.launchesOf(work)).stream().filter(l -> l.startsWith("call")).toList();
  }

  @Test
  void updatesComputeTheirOwnValuesOnly() {
    Tensor w = leaf();
    w.square().sum().backward();
    var optimizer = new dev.adjoint.optim.Adam(List.of(w), 0.1);
    optimizer.step();
    List<String> launched = describe(backend.launchesOf(optimizer::step));
    assertEquals(1, launched.size(), () -> launched.toString());
    assertTrue(launched.getFirst().endsWith("-> 3"), launched::toString);
  }

  @Test
  void nothingWaitsForMemoryThatTheHostMayWriteTo() {
    Tensor x = tensor(N);
    Tensor y = x.mul(2);
    launches(() -> x.segment(), "elementwise mul -> 1");
    launches(() -> x.add(y), "elementwise add -> 1");
  }

  @Test
  void anUpdateOfMemoryThatTheHostMayWriteToIsOneLaunchToo() {
    Tensor w = leaf();
    w.detach().segment();
    w.setGrad(tensor(N));
    var optimizer = new dev.adjoint.optim.Adam(List.of(w), 0.1);
    optimizer.step();
    List<String> launched = describe(backend.launchesOf(optimizer::step));
    assertEquals(1, launched.size(), launched::toString);
    assertTrue(launched.getFirst().endsWith("-> 3"), launched::toString);
  }

  @Test
  void aValueThatFoundNoRoomIsComputedLater() {
    RecordingBackend small = RecordingBackend.open(20 << 20);
    int n = 3 << 20;
    Tensor x = Tensors.empty(Tensors.shape(n), DType.FLOAT32, small.device());
    Tensor y = x.mul(2);
    assertThrows(OutOfMemoryException.class, () -> read(y));
    assertThrows(OutOfMemoryException.class, () -> x.add_(1));
    assertEquals(0, x.version());
    Expect.shape(y, n);
    assertEquals(List.of(), small.launches());
    Tensor z = y.sum();
    assertEquals(List.of("fold sum(mul)"), describe(small.launches()));
    Expect.shape(z);
    y.close();
    x.add_(1);
    assertEquals(1, x.version());
  }
}
