package dev.adjoint.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens on a device is in a recording, and nothing of it outside one.
class FlightRecordingTest {
  @TempDir Path folder;

  private final RecordingBackend backend = RecordingBackend.open();
  private final Device device = backend.device();

  private List<RecordedEvent> events(String name, Runnable work) throws IOException {
    Path file = folder.resolve(name + ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.adjoint." + name).withoutThreshold();
      recording.start();
      work.run();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().equals("dev.adjoint." + name))
        .toList();
  }

  private List<RecordedEvent> here(List<RecordedEvent> all) {
    return all.stream().filter(e -> e.getString("device").equals(device.toString())).toList();
  }

  @Test
  void aLaunchSaysItsOperationAndShape() throws IOException {
    Tensor x = Tensors.ones(Tensors.shape(3, 4), DType.FLOAT32, device);
    x.exp().close();
    List<RecordedEvent> launches = here(events("Launch", () -> x.sigmoid().sum(1).segment()));
    assertFalse(launches.isEmpty());
    RecordedEvent last = launches.getLast();
    assertEquals("sum", last.getString("op"));
    assertEquals("sum [3, 4]", last.getString("work"));
    assertTrue(last.getInt("instructions") >= 1);
    assertFalse(last.getDuration().isNegative());
    assertTrue(
        launches.stream().noneMatch(e -> e.getString("op").equals("exp")),
        "what ran before the recording is not in it");
  }

  @Test
  void copiesSayHowMuchAndWhereTo() throws IOException {
    List<RecordedEvent> copies =
        here(
            events(
                "Transfer",
                () ->
                    Tensors.tensor(new float[] {1, 2, 3, 4, 5, 6, 7}, DType.FLOAT32, device)
                        .toDoubleArray()));
    assertEquals(2, copies.size());
    assertFalse(copies.getFirst().getBoolean("toHost"));
    assertTrue(copies.getLast().getBoolean("toHost"));
    copies.forEach(e -> assertEquals(28, e.getLong("bytes")));
  }

  @Test
  void onlyMemoryThatTheDeviceGivesIsAnAllocation() throws IOException {
    long mebi = 1 << 20;
    List<RecordedEvent> allocations =
        here(
            events(
                "Allocation",
                () -> {
                  for (int i = 0; i < 3; i++) {
                    Tensors.empty(Tensors.shape(mebi), DType.FLOAT32, device).close();
                  }
                }));
    assertEquals(1, allocations.size(), "what is freed serves again");
    assertEquals(4 * mebi, allocations.getFirst().getLong("bytes"));
  }

  @Test
  void aFallbackSaysWhatIsUsedAndWhy() throws IOException {
    List<RecordedEvent> events =
        events("Fallback", () -> FallbackEvent.emit("steps of add", "no compiler"));
    assertEquals(1, events.size());
    assertEquals("steps of add", events.getFirst().getString("used"));
    assertEquals("no compiler", events.getFirst().getString("reason"));
  }
}
