package dev.adjoint.memory;

import static dev.adjoint.graph.RecordingBackend.describe;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import java.util.List;

/// Tests of what a device is asked to run for tensors just large enough to wait.
abstract class OnARecordingDevice {
  static final int N = (int) Deferral.SMALLEST;

  final RecordingBackend backend = RecordingBackend.open();

  final Tensor tensor(int n) {
    return Tensors.tensor(new float[n], DType.FLOAT32, backend.device());
  }

  final Tensor leaf() {
    return tensor(N).requiresGrad_();
  }

  /// Asserts what work launches, in short.
  final void launches(Runnable work, String... expected) {
    assertEquals(List.of(expected), describe(backend.launchesOf(work)));
  }

  static void read(Tensor t) {
    Deferred.computed(t);
  }
}
