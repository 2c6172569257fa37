package dev.adjoint.graph.trace;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.GraphReport;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.memory.AtOnce;
import dev.adjoint.memory.Deferred;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a graph is made of and what it keeps.
@ExtendWith(AtOnce.class)
class GraphReportTest extends OnEachDevice {

  @Test
  void savedMemoryIsCountedOnceByTheFirstThatSavedIt() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = x.exp(); // saves y
    Tensor z = y.mul(y).add(y.sin()); // saves y twice, and once more
    GraphReport report = Autograd.graphReport(z);
    assertEquals(4, report.nodes());
    assertEquals(4, report.savedTensors());
    assertEquals(16, report.savedBytes());
    assertEquals(0, report.leafBytes());
    assertEquals(new GraphReport.Line("ExpBackward0", 1, 1, 16), report.byOperation().getFirst());
    assertEquals(List.of(), report.byCallSite());
  }

  @Test
  void leavesAreToldApart() {
    Tensor x = leaf(1, 2, 3, 4);
    GraphReport report = Autograd.graphReport(x.mul(x).exp());
    assertEquals(32, report.savedBytes());
    assertEquals(16, report.leafBytes());
  }

  @Test
  void aResultThatWaitsCountsAsWhatItIsComputedFrom() {
    int n = 1 << 13;
    Tensor x = Deferred.computed(ones(n).mul(0.5)).detach().requiresGrad_();
    Tensor w = Deferred.computed(ones(n).mul(2));
    Supplier<Tensor> graph = () -> x.mul(w).exp().tanh();
    GraphReport atOnce = Autograd.graphReport(graph.get());
    assertEquals(List.of(3L, 12L * n), List.of(atOnce.savedTensors(), atOnce.savedBytes()));
    assertEquals(0, atOnce.leafBytes(), "w, and the results of exp and tanh");
    Tensor y = Deferred.waiting(graph);
    GraphReport waiting = Autograd.graphReport(y);
    assertEquals(List.of(3L, 8L * n), List.of(waiting.savedTensors(), waiting.savedBytes()));
    assertEquals(4L * n, waiting.leafBytes(), "w, and x for both results");
    assertEquals(new GraphReport.Line("ExpBackward0", 1, 1, 4L * n), line(waiting, "Exp"));
    Deferred.computed(y);
    assertEquals(12L * n, Autograd.graphReport(y).savedBytes(), "w and y, and x for exp");
  }

  private static GraphReport.Line line(GraphReport report, String name) {
    return report.byOperation().stream()
        .filter(l -> l.name().startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void backwardGivesBackWhatItIsNotToldToRetain() {
    Tensor x = leaf(1, 2);
    Tensor y = x.exp().sum();
    y.backward(RETAIN_GRAPH);
    assertEquals(8, Autograd.graphReport(y).savedBytes());
    y.backward();
    GraphReport report = Autograd.graphReport(y);
    assertEquals(2, report.nodes());
    assertEquals(0, report.savedTensors());
    assertEquals(0, report.savedBytes());
  }

  @Test
  void aWriteThroughAViewCountsWhatItsOperationSaved() {
    Tensor x = leaf(1, 2).clone();
    x.select(0, 0).exp_();
    GraphReport report = Autograd.graphReport(x);
    assertEquals("CopySlices", report.byOperation().getFirst().name());
    assertEquals(8, report.savedBytes());
  }

  @Test
  void tracedNodesAreListedByLine() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = x.sin();
    Tensor z = Autograd.tracing(() -> twice(y));
    GraphReport report = Autograd.graphReport(z);
    List<GraphReport.Line> lines = report.byCallSite();
    assertEquals(2, lines.size());
    assertTrue(lines.getFirst().name().contains("GraphReportTest.twice("), report::toString);
    assertEquals(2, lines.getFirst().nodes());
    assertEquals(32, lines.getFirst().savedBytes());
    assertEquals(new GraphReport.Line("not traced", 1, 1, 16), lines.getLast());
  }

  private static Tensor twice(Tensor y) {
    return y.exp().exp();
  }

  @Test
  void itPrintsAsATable() {
    Tensor x = leaf(1, 2, 3, 4);
    List<String> lines = Autograd.graphReport(x.exp().neg()).toString().lines().toList();
    assertEquals("graph: 2 nodes, 1 saved tensors, 16 bytes, of these 0 of leaves", lines.get(0));
    assertEquals("operation           nodes        saved            bytes", lines.get(1));
    assertEquals("ExpBackward0            1            1               16", lines.get(2));
    assertEquals("NegBackward0            1            0                0", lines.get(3));
  }

  @Test
  void aTensorOutsideAnyGraphKeepsNothing() {
    GraphReport report = Autograd.graphReport(leaf(1, 2));
    assertEquals(0, report.nodes());
    assertEquals(List.of(), report.byOperation());
  }
}
