package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.OutOfMemoryException;
import dev.adjoint.type.ShapeException;
import org.junit.jupiter.api.Test;

/// A request that cannot be met says what there is, and harms nothing.
class OutOfMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void theMessageNamesWhatWasAskedForAndWhatThereIs() {
    RecordingBackend backend = RecordingBackend.open(20 * MIB);
    Tensor held = Tensors.empty(Tensors.shape(2 * MIB), DType.FLOAT32, backend.device());
    Tensor cached = Tensors.empty(Tensors.shape(MIB), DType.FLOAT32, backend.device());
    cached.close();
    OutOfMemoryException e =
        assertThrows(
            OutOfMemoryException.class,
            () -> Tensors.empty(Tensors.shape(4 * MIB), DType.FLOAT32, backend.device()));
    assertEquals(
        "empty: "
            + backend.device()
            + " out of memory. Tried to allocate 16,777,216 bytes; 8,388,608 bytes are in use, 0"
            + " are cached, 8,388,608 reserved. Close tensors, use a Scope, make the batch smaller,"
            + " or see who holds it with DeviceMemory.recordHistory(true) and DeviceMemory.snapshot.",
        e.getMessage());
    assertNotNull(e.getCause());
    Expect.shape(held, 2 * MIB);
  }

  @Test
  void cachedMemoryIsGivenBackBeforeARequestFails() {
    RecordingBackend backend = RecordingBackend.open(20 * MIB);
    for (int i = 0; i < 2; i++) {
      Tensors.empty(Tensors.shape(2 * MIB), DType.FLOAT32, backend.device()).close();
      Tensors.empty(Tensors.shape(MIB), DType.FLOAT32, backend.device()).close();
    }
    Tensor large = Tensors.empty(Tensors.shape(4 * MIB), DType.FLOAT32, backend.device());
    Expect.shape(large, 4 * MIB);
    assertEquals(2, backend.freed().size());
  }

  @Test
  void droppedTensorsAreCollectedBeforeARequestFails() {
    RecordingBackend backend = RecordingBackend.open(20 * MIB);
    for (int i = 0; i < 50; i++) {
      Tensor t = Tensors.empty(Tensors.shape(2 * MIB), DType.FLOAT32, backend.device());
      Expect.shape(t, 2 * MIB);
    }
  }

  @Test
  void anOperationThatFindsNoRoomLeavesItsOperandsAlone() {
    RecordingBackend backend = RecordingBackend.open(20 * MIB);
    Tensor x =
        Tensors.empty(Tensors.shape(3 * MIB), DType.FLOAT32, backend.device()).requiresGrad_();
    assertThrows(OutOfMemoryException.class, () -> Deferred.atOnce(() -> x.mul(2)));
    Tensor y = Deferred.waiting(() -> x.mul(2));
    assertThrows(OutOfMemoryException.class, () -> Deferred.computed(y));
    assertEquals(0, x.version());
    assertTrue(x.isLeaf());
    final int before = backend.launches().size();
    x.narrow(0, 0, 10).mul(2);
    assertEquals(before + 1, backend.launches().size());
  }

  @Test
  void theProcessorRunsOutAndGoesOn() {
    Tensor x = Tensors.ones(3).mul(2);
    OutOfMemoryException e =
        assertThrows(
            OutOfMemoryException.class,
            () -> Tensors.empty(Tensors.shape(1L << 52), DType.FLOAT32, Device.CPU));
    assertTrue(
        e.getMessage()
            .startsWith("empty: cpu out of memory. Tried to allocate 18,014,398,509,481,984"),
        e.getMessage());
    Expect.values(x.add(1), 3, 3, 3);
    Tensor huge = Tensors.ones(Tensors.shape(1L << 52), DType.FLOAT32, Device.CPU);
    assertThrows(OutOfMemoryException.class, () -> Deferred.computed(huge.add(1)));
    Expect.values(x.add(1), 3, 3, 3);
  }

  @Test
  void aFailedRequestDoesNotMakeTheAllocatorGenerous() {
    RecordingBackend backend = RecordingBackend.open(8L << 30);
    assertThrows(
        OutOfMemoryException.class,
        () -> Tensors.empty(Tensors.shape(1L << 40), DType.FLOAT32, backend.device()));
    for (int i = 0; i < 200; i++) {
      Tensors.empty(Tensors.shape(4 * MIB), DType.FLOAT32, backend.device()).view(-1);
    }
    long reserved = Devices.open(backend.device()).allocator().statistics().reserved();
    assertTrue(reserved < 1200 * MIB, () -> "reserved " + reserved / MIB + " MiB");
  }

  @Test
  void aShapeThatNoMemoryCouldHoldIsRefused() {
    Expect.fails(
        ShapeException.class,
        "Storage size calculation overflowed with sizes=[9223372036854775807, 2]",
        () -> Tensors.zeros(Long.MAX_VALUE, 2));
    Expect.fails(
        ShapeException.class,
        "Trying to create tensor with negative dimension -1: [-1]",
        () -> Tensors.zeros(-1));
  }
}
