package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.DeviceMemory;
import dev.adjoint.DeviceMemory.Site;
import dev.adjoint.LaunchGraph;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.nn.Linear;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.OutOfMemoryException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Memory by the line that asked for it.
class MemorySnapshotTest extends OnEachDevice {
  private static final long MIB = 1 << 20;

  @BeforeEach
  void record() {
    DeviceMemory.recordHistory(true);
  }

  @AfterEach
  void stop() {
    DeviceMemory.recordHistory(false);
  }

  private static int line() {
    return StackWalker.getInstance().walk(s -> s.skip(1).findFirst().orElseThrow().getLineNumber());
  }

  /// What the next lines hold, as `op:line bytes/blocks`, by operation. All tensors here are powers of two;
  /// a chunk that was cached may be a little larger.
  private List<String> mine(int from) {
    return DeviceMemory.snapshot(device).sites().stream()
        .filter(s -> s.callSite().contains("(MemorySnapshotTest.java:"))
        .filter(s -> lineOf(s) > from && lineOf(s) < from + 6)
        .map(s ->
            s.op()
                + ":"
                + (lineOf(s) - from)
                + " "
                + Long.highestOneBit(s.bytes())
                + "/"
                + s.blocks())
        .sorted()
        .toList();
  }

  private static int lineOf(Site s) {
    return Integer.parseInt(s.callSite().replaceAll(".*:(\\d+)\\)", "$1"));
  }

  @Test
  void eachLineHoldsWhatItsTensorsTake() {
    int from = line();
    Tensor x = Tensors.rand(Tensors.shape(1024, 256), DType.FLOAT32, device);
    Tensor y = x.matmul(x.t());
    List<Tensor> pieces = List.of(y.exp(), y.exp());
    pieces.forEach(Deferred::computed);
    Tensor z = Deferred.computed(Deferred.waiting(() -> x.tanh().mul(x)));
    assertEquals(
        List.of("exp:3 8388608/2", "matmul:2 4194304/1", "mul:5 1048576/1", "rand:1 1048576/1"),
        mine(from));
    y.close();
    pieces.getFirst().close();
    assertEquals(List.of("exp:3 4194304/1", "mul:5 1048576/1", "rand:1 1048576/1"), mine(from));
    assertEquals(x.shape(), z.shape());
  }

  @Test
  void whatWaitedCountsWhereItWasDescribed() {
    Tensor x = Tensors.rand(Tensors.shape(MIB), DType.FLOAT32, device);
    int from = line();
    Tensor y = Deferred.waiting(() -> x.sin());
    assertEquals(List.of(), mine(from));
    Deferred.computed(y);
    assertEquals(List.of("sin:1 4194304/1"), mine(from));
    y.close();
  }

  @Test
  void aGradientIsHeldByItsNode() {
    Tensor x = Tensors.rand(Tensors.shape(MIB), DType.FLOAT32, device).requiresGrad_();
    Tensor loss = x.sin().sum();
    int from = line();
    loss.backward();
    Deferred.computed(x.grad());
    assertEquals(List.of("SinBackward0:1 4194304/1"), mine(from));
    x.grad().close();
  }

  @Test
  void aModulesTensorsNameIt() {
    Linear layer = new Linear(64, 128);
    layer.to(device);
    Tensor x = Tensors.rand(Tensors.shape(1024, 64), DType.FLOAT32, device);
    int from = line();
    Tensor y = Deferred.computed(layer.forward(x));
    List<String> held = mine(from);
    assertEquals(1, held.size(), held::toString);
    assertTrue(held.getFirst().matches("Linear.forward: \\w+:1 524288/1"), held::toString);
    y.close();
  }

  @Test
  void sitesAddUpToWhatIsInUse() {
    Tensor x = Tensors.rand(Tensors.shape(MIB), DType.FLOAT32, device);
    Supplier<Tensor> step =
        () -> {
          try (Tensor y = x.cumsum(0)) {
            return y.cumsum(0);
          }
        };
    try (LaunchGraph<Tensor> graph = LaunchGraph.capture(step)) {
      graph.replay();
      DeviceMemory.Snapshot all = DeviceMemory.snapshot(device);
      assertEquals(all.memory().live(), all.sites().stream().mapToLong(Site::bytes).sum());
      assertTrue(all.sites().stream().anyMatch(s -> s.op().equals("kept by captured steps")));
      List<Long> bytes = all.sites().stream().map(Site::bytes).toList();
      assertEquals(bytes.stream().sorted(Comparator.reverseOrder()).toList(), bytes);
    }
  }

  @Test
  void nothingIsRememberedWhileItIsOff() {
    DeviceMemory.recordHistory(false);
    long before = unrecorded();
    int from = line();
    Tensor x = Tensors.empty(Tensors.shape(MIB), DType.FLOAT32, device);
    assertEquals(List.of(), mine(from));
    long grown = unrecorded() - before;
    assertTrue(grown >= 4 * MIB && grown < 5 * MIB, () -> grown + " bytes");
    x.close();
  }

  private long unrecorded() {
    LiveBytes.settled(device);
    return DeviceMemory.snapshot(device).sites().stream()
        .filter(s -> s.op().equals("not recorded"))
        .mapToLong(Site::bytes)
        .sum();
  }

  @Test
  void aSnapshotPrintsAsATable() {
    Device own = RecordingBackend.open().device();
    Tensor x = Tensors.empty(Tensors.shape(MIB), DType.FLOAT32, own);
    int from = line();
    Tensor y = x.cumsum(0);
    DeviceMemory.recordHistory(false);
    Tensor u = Tensors.empty(Tensors.shape(2 * MIB), DType.UINT8, own);
    String here = MemorySnapshotTest.class.getName() + ".aSnapshotPrintsAsATable";
    List<String> lines = DeviceMemory.snapshot(own).toString().lines().toList();
    assertEquals(
        "      10,485,760 bytes of "
            + own
            + " in use, 0 cached, 10,485,760 reserved, at most 10,485,760 in use",
        lines.getFirst());
    assertEquals(
        List.of(
            "       4,194,304        1  cumsum        " + here + place(from + 1),
            "       4,194,304        1  empty         " + here + place(from - 1),
            "       2,097,152        1  not recorded"),
        lines.subList(1, lines.size()));
    assertEquals(4 * MIB, x.numel() + y.numel() + u.numel());
  }

  private static String place(int line) {
    return "(MemorySnapshotTest.java:" + line + ")";
  }

  @Test
  void anErrorNamesTheGreatestHolders() {
    RecordingBackend backend = RecordingBackend.open(20 * MIB);
    Tensor x = Tensors.empty(Tensors.shape(3 * MIB), DType.FLOAT32, backend.device());
    int from = line();
    OutOfMemoryException e = assertThrows(OutOfMemoryException.class, () -> x.cumsum(0));
    assertTrue(e.getMessage().startsWith("cumsum: " + backend.device() + " out of"), e::getMessage);
    String holder = "or see who holds it: empty at " + MemorySnapshotTest.class.getName();
    String end = ".anErrorNamesTheGreatestHolders" + place(from - 1) + ": 12,582,912 bytes.";
    assertTrue(e.getMessage().endsWith(holder + end), e::getMessage);
  }
}
