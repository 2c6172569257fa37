package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.DeviceMemory;
import dev.adjoint.Expect;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import org.junit.jupiter.api.Test;

/// Limits that properties set, and what the allocator does before it refuses.
class LimitPropertyTest {
  private static final String PROPERTY = "adjoint.memory.limit.recording";
  private static final long MIB = 1 << 20;

  private static RecordingBackend open(String property, String value) {
    System.setProperty(property, value);
    try {
      return RecordingBackend.open();
    } finally {
      System.clearProperty(property);
    }
  }

  private static long limit(String value) {
    return DeviceMemory.of(open(PROPERTY, value).device()).limit();
  }

  private static Tensor floats(Device device, long count) {
    return Tensors.empty(Tensors.shape(count), DType.FLOAT32, device);
  }

  @Test
  void bytesHaveUnits() {
    assertEquals(1_000_000, limit("1000000"));
    assertEquals(64 << 10, limit("64k"));
    assertEquals(512 * MIB, limit("512M"));
    assertEquals(1536 * MIB, limit("1.5g"));
    assertEquals(1L << 40, limit("1t"));
    assertEquals(Long.MAX_VALUE, DeviceMemory.of(RecordingBackend.open().device()).limit());
  }

  @Test
  void aPropertyMayNameOneDeviceOfAKind() {
    int next = RecordingBackend.open().device().index() + 1;
    assertEquals(MIB, DeviceMemory.of(open(PROPERTY + ":" + next, "1m").device()).limit());
    long others = DeviceMemory.of(open(PROPERTY + ":" + next, "1m").device()).limit();
    assertEquals(Long.MAX_VALUE, others);
  }

  @Test
  void whatIsNoLimitIsRefused() {
    String how =
        ": expected bytes such as 2g or 512m, or a part of the device's memory such as 50%.";
    for (String value : new String[] {"lots", "0.5", "-1", "2gb", ""}) {
      Expect.fails(DeviceException.class, PROPERTY + "=" + value + how, () -> limit(value));
    }
    String unknown = assertThrows(DeviceException.class, () -> limit("50%")).getMessage();
    assertTrue(
        unknown.endsWith(": does not tell how much memory it has. Set the limit in bytes."),
        unknown);
  }

  @Test
  void cachedMemoryIsGivenBackBeforeALimitRefuses() {
    RecordingBackend backend = open(PROPERTY, "20m");
    for (int i = 0; i < 2; i++) {
      floats(backend.device(), 2 * MIB).close();
      floats(backend.device(), MIB).close();
    }
    floats(backend.device(), 4 * MIB).close();
    assertEquals(2, backend.freed().size());
    assertEquals(16 * MIB, DeviceMemory.of(backend.device()).reserved());
  }

  @Test
  void droppedTensorsAreCollectedBeforeALimitRefuses() {
    RecordingBackend backend = open(PROPERTY, "20m");
    for (int i = 0; i < 50; i++) {
      assertEquals(2 * MIB, floats(backend.device(), 2 * MIB).numel());
    }
    DeviceMemory memory = DeviceMemory.of(backend.device());
    assertTrue(memory.peakReserved() <= 20 * MIB, memory::toString);
  }

  @Test
  void memoryThatFitsNoLimitIsRefusedWithoutGivingAnythingBack() {
    RecordingBackend backend = open(PROPERTY, "20m");
    floats(backend.device(), MIB).close();
    assertThrows(OutOfMemoryException.class, () -> floats(backend.device(), 8 * MIB));
    assertEquals(0, backend.freed().size());
    assertEquals(0, Devices.open(backend.device()).allocator().statistics().collections());
  }
}
