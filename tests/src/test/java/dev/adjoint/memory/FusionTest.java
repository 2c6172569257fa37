package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import org.junit.jupiter.api.Test;

/// Pending values come to what they would be one by one.
class FusionTest extends OnEachDevice {

  @Test
  void aProgramThatGrewTooLongStillReadsItsNumbersAsNumbers() {
    for (int length = 30; length < 35; length++) {
      Tensor x = counting(100);
      Tensor chain = x;
      for (int i = 0; i < length; i++) {
        chain = chain.add(1);
      }
      final Tensor expected = chain.clamp(40, 60);
      try (Window _ = Window.open()) {
        Tensor pending = x;
        for (int i = 0; i < length; i++) {
          pending = pending.add(1);
        }
        Tensor clamped = pending.clamp(40, 60);
        assertArrayEquals(expected.toDoubleArray(), clamped.toDoubleArray(), "length " + length);
        Expect.shape(clamped, 100);
      }
    }
  }

  @Test
  void aWriteReadsWaitingValuesBeforeTheirSourcesGo() {
    Tensor target = counting(100);
    Tensor other = counting(10, 10);
    Tensor source = counting(100).mul(1);
    try (Window _ = Window.open()) {
      Tensor negative = source.neg();
      Tensor larger = other.add(7);
      source.close();
      target.add_(negative);
      Expect.shape(larger, 10, 10);
    }
    assertArrayEquals(new double[100], target.toDoubleArray());
  }
}
