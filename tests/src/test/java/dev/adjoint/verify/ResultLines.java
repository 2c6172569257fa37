package dev.adjoint.verify;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/// A line per result: a mark, then fields between tabs: what happened, the part, the class, the test, its
/// milliseconds, and why it failed or did not run.
final class ResultLines implements TestExecutionListener {
  /// No test prints it, so that a line of a native library is not taken for a result.
  private static final String MARK = "\u001e";

  private static final int FRAMES = 12;

  private final PrintStream out;
  private final String part;
  private final Map<UniqueId, Long> started = new ConcurrentHashMap<>();
  private TestPlan plan;

  ResultLines(PrintStream out, String part) {
    this.out = out;
    this.part = part;
  }

  /// Says that everything was run: without it the process ended early.
  static void end(PrintStream out) {
    out.println(MARK + "end");
  }

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    this.plan = plan;
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started.put(test.getUniqueIdObject(), System.nanoTime());
    if (test.isTest()) {
      line("started", test, "");
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    if (!reason.equals(Share.ANOTHER)) {
      line("skipped", test, reason);
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    String why = result.getThrowable().map(ResultLines::text).orElse("");
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          line("passed", test, "");
        }
      }
      case ABORTED -> line("skipped", test, why);
      case FAILED -> line("failed", test, why);
    }
  }

  private void line(String what, TestIdentifier test, String why) {
    long now = System.nanoTime();
    long millis = (now - started.getOrDefault(test.getUniqueIdObject(), now)) / 1_000_000;
    String[] names = {"", ""};
    name(Optional.of(test), names);
    String text =
        String.join("\t", what, part, names[0], names[1].strip(), Long.toString(millis), why);
    out.println(MARK + escaped(text));
  }

  /// The class's name, then the names of all below it.
  private void name(Optional<TestIdentifier> test, String[] names) {
    if (test.isEmpty() || plan == null || !names[0].isEmpty()) {
      return;
    }
    TestIdentifier t = test.get();
    if (t.getSource().orElse(null) instanceof ClassSource c && !isInvocation(t)) {
      names[0] = c.getClassName().replaceFirst(".*\\.", "");
      return;
    }
    names[1] = t.getDisplayName().replace('\t', ' ') + " " + names[1];
    name(plan.getParent(t), names);
  }

  private static boolean isInvocation(TestIdentifier test) {
    return test.getUniqueIdObject().getLastSegment().getType().endsWith("-invocation");
  }

  /// The message, and the frames that are ours.
  private static String text(Throwable e) {
    StringBuilder out = new StringBuilder(e.toString().replace('\t', ' '));
    int frames = 0;
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.adjoint.") && frames++ < FRAMES) {
        out.append("\n    at ").append(frame);
      }
    }
    Throwable cause = e.getCause();
    return cause == null || cause == e ? out.toString() : out + "\n  because of " + text(cause);
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n");
  }
}
