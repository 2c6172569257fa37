package dev.adjoint.graph.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The warning of a graph that goes on from one iteration to the next.
class GraphGrowthTest extends OnEachDevice {
  private final List<String> warnings = new ArrayList<>();
  private final Logger logger = Logger.getLogger("dev.adjoint");
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          if (line.getMessage().startsWith("The graph behind")) {
            warnings.add(line.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private static Tensor lossOf(Tensor x) {
    return x.mul(2);
  }

  @Test
  void aTotalOfLossesThatNobodyDetachesIsReported() {
    Tensor x = scalarLeaf(1);
    Tensor total = scalar(0);
    for (int i = 0; i < GraphGrowth.SHORTEST + 10; i++) {
      Tensor loss = lossOf(x);
      loss.backward();
      total = total.add(loss);
    }
    assertEquals(1, warnings.size(), warnings::toString);
    String text = warnings.getFirst();
    assertTrue(text.contains("its longest chain has 1024 operations"), text);
    assertTrue(text.contains("each of the last 64 backward calls left it longer"), text);
    assertTrue(text.contains("AddBackward0") && text.contains("adjoint.tracing"), text);
  }

  @Test
  void aDetachedTotalIsNot() {
    Tensor x = scalarLeaf(1);
    Tensor total = scalar(0);
    for (int i = 0; i < GraphGrowth.SHORTEST + 10; i++) {
      try (Scope scope = Scope.open()) {
        Tensor loss = lossOf(x);
        loss.backward();
        total = scope.keep(total.add(loss.detach()));
      }
    }
    assertEquals(List.of(), warnings);
  }

  @Test
  void aDeepGraphOfOneIterationIsNot() {
    Tensor x = scalarLeaf(1);
    for (int i = 0; i < 70; i++) {
      lossOf(x).backward();
    }
    Tensor y = deepened(x, GraphGrowth.SHORTEST * 4);
    y.backward();
    assertEquals(List.of(), warnings);
  }

  @Test
  void aVeryLongChainWithoutAnyBackwardIsReportedOnce() {
    GraphGrowth.warnedOfLength = false;
    Tensor x = leaf(1, 2);
    deepened(x, GraphGrowth.LONG);
    deepened(x, GraphGrowth.LONG);
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(warnings.getFirst().contains("no backward has gone through it"));
  }

  /// Views, which cost no launch.
  private static Tensor deepened(Tensor x, int operations) {
    try (Scope scope = Scope.open()) {
      Tensor y = x;
      for (int i = 0; i < operations; i += 2) {
        y = y.unsqueeze(0).squeeze(0);
      }
      return scope.keep(y);
    }
  }
}
