package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.ClosedException;
import dev.adjoint.type.DType;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Counted references: memory goes back when its last holder lets go, and not before.
class StorageTest extends OnEachDevice {
  private static final String CLOSED = "This tensor was closed.";
  private static final int N = 300_000;
  private static final long BIG = 4L * N;

  private long live() {
    return LiveBytes.settled(device);
  }

  /// How many tensors of N floats came to life since; slack of a size class is less than half.
  private long since(long before) {
    return Math.round((LiveBytes.of(device) - before) / (BIG * 1.1));
  }

  private Tensor big() {
    return Deferred.computed(ones(N).mul(2));
  }

  @Test
  void closingGivesTheMemoryBack() {
    long before = live();
    Tensor x = big();
    assertEquals(1, since(before));
    x.close();
    assertEquals(0, since(before));
  }

  @Test
  void closingTwiceIsClosingOnce() {
    long before = live();
    Tensor x = big();
    Tensor view = x.view(2, N / 2);
    x.close();
    x.close();
    assertEquals(1, since(before));
    view.close();
    view.close();
    assertEquals(0, since(before));
  }

  @Test
  void aViewKeepsTheMemory() {
    long before = live();
    Tensor x = big();
    Tensor view = x.narrow(0, 5, 2);
    Tensor detached = x.detach();
    x.close();
    Expect.values(view, 2, 2);
    view.close();
    assertEquals(1, since(before));
    assertEquals(2, detached.select(0, 0).item());
    detached.close();
  }

  @Test
  void aClosedTensorCannotBeUsed() {
    Tensor x = vector(1, 2);
    x.close();
    Expect.fails(ClosedException.class, CLOSED, () -> x.add(1));
    Expect.fails(ClosedException.class, CLOSED, () -> ones(2).mul(x));
    Expect.fails(ClosedException.class, CLOSED, () -> x.add_(1));
    Expect.fails(ClosedException.class, CLOSED, () -> x.view(2));
    Expect.fails(ClosedException.class, CLOSED, x::sum);
    Expect.fails(ClosedException.class, CLOSED, x::detach);
    Expect.fails(ClosedException.class, CLOSED, x::toFloatArray);
    Expect.fails(ClosedException.class, CLOSED, x::version);
    assertEquals("tensor(<closed>, size=[2])", x.toString());
    Expect.shape(x, 2);
  }

  @Test
  void aScopeClosesWhatWasMadeInIt() {
    long before = live();
    Tensor made;
    Tensor kept;
    try (Scope scope = Scope.open()) {
      made = big();
      kept = scope.keep(big());
      assertEquals(2, since(before));
    }
    assertThrows(ClosedException.class, made::sum);
    assertEquals(1, since(before));
    assertEquals(2, kept.select(0, 0).item());
    kept.close();
  }

  @Test
  void scopesNestAndHandOver() {
    Tensor inner;
    Tensor outer;
    try (Scope first = Scope.open()) {
      try (Scope second = Scope.open()) {
        inner = second.keep(vector(1));
        outer = first.keep(vector(2));
        Tensor gone = second.keep(second.keep(vector(3)));
        Expect.values(gone, 3);
      }
      Expect.values(inner, 1);
    }
    assertThrows(ClosedException.class, inner::item);
    assertEquals(List.of(2.), List.of(outer.isContiguous() ? 2. : 0.));
  }

  @Test
  void leavesKeepTheirGradientsBeyondTheScope() {
    Tensor x = leaf(1, 2);
    for (int i = 0; i < 3; i++) {
      try (Scope _ = Scope.open()) {
        x.mul(x).sum().backward();
      }
    }
    Expect.values(x.grad(), 6, 12);
  }

  @Test
  void whatAGraphSavedOutlivesItsHandles() {
    Tensor x = leaf(1, 2);
    Tensor loss;
    try (Scope scope = Scope.open()) {
      Tensor hidden = x.exp();
      loss = scope.keep(hidden.mul(hidden).sum());
    }
    loss.backward();
    Expect.close(x.grad(), 1e-6, 2 * Math.exp(2), 2 * Math.exp(4));
  }

  @Test
  void gradientsOfGradAreTheCallersToKeep() {
    Tensor x = leaf(1, 2);
    Tensor g;
    try (Scope scope = Scope.open()) {
      g = scope.keep(dev.adjoint.Autograd.grad(x.mul(x).sum(), x));
    }
    Expect.values(g, 2, 4);
  }

  @Test
  void aViewMayBeWrittenAfterItsBaseWasClosed() {
    Tensor x = leaf(1, 2, 3);
    Tensor base = x.mul(2);
    Tensor view = base.narrow(0, 0, 2);
    base.close();
    view.mul_(5);
    view.sum().backward();
    Expect.values(x.grad(), 10, 10, 0);
  }

  @Test
  void constantsTakeNoMemoryUntilTheyAreWritten() {
    long before = live();
    Tensor zeros = zeros(N);
    Tensor ones = ones(N);
    assertEquals(0, since(before));
    zeros.add_(ones);
    assertEquals(1, since(before));
    assertEquals(1, zeros.select(0, N - 1).item());
    zeros.close();
  }

  @Test
  void aResultThatWaitsTakesNoMemoryAndKeepsWhatItIsComputedFrom() {
    long before = live();
    Tensor x = big();
    Tensor y = Deferred.waiting(x::exp);
    assertEquals(1, since(before));
    x.close();
    assertEquals(1, since(before));
    try (Scope _ = Scope.open()) {
      assertEquals(Math.exp(2), y.select(0, 0).item(), 1e-5);
    }
    assertEquals(1, since(before), "x went when y was computed");
    y.close();
    assertEquals(0, since(before));
    Tensor z = big();
    Tensor closed = Deferred.waiting(() -> z.mul(2));
    z.close();
    closed.close();
    assertEquals(0, since(before));
  }

  @Test
  void temporariesOfAnOperationAreGoneWhenItReturns() {
    Tensor x = big();
    long before = live();
    Tensor y = x.mean();
    Tensor z = x.t().reshape(2, N / 2);
    assertEquals(0, since(before));
    assertEquals(2, y.item(), 1e-6);
    z.close();
  }

  @Test
  void aFreedChunkIsUsedAgain() {
    Tensor first = big();
    first.close();
    final long reserved = Devices.open(device).allocator().statistics().reserved();
    List<Tensor> made = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Tensor t = big();
      t.close();
      made.add(t);
    }
    assertEquals(reserved, Devices.open(device).allocator().statistics().reserved());
    assertTrue(made.stream().allMatch(t -> t.toString().contains("closed")));
  }

  @Test
  void sizesInBytesThatNobodyCanCountAreRefused() {
    for (int power : new int[] {59, 61, 62}) {
      String sentence = "Storage size calculation overflowed";
      Expect.fails(ShapeException.class, sentence, () -> zeros(1L << power));
      Expect.fails(
          ShapeException.class,
          sentence,
          () -> Tensors.empty(Tensors.shape(1L << power), DType.FLOAT64, device));
      Tensor wide = ones(1).expand(1L << power); // which takes no memory
      Expect.fails(ShapeException.class, sentence, wide::clone);
      Expect.fails(ShapeException.class, sentence, () -> wide.mul(2));
    }
  }
}
