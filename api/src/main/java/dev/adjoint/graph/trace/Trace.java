package dev.adjoint.graph.trace;

import dev.adjoint.memory.history.UserFrames;
import dev.adjoint.type.GraphException;
import java.lang.StackWalker.StackFrame;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The user's calls that led to an operation, innermost first, and for a node recorded by a backward
/// the node whose formula it belongs to.
public final class Trace {

  /// Frames beyond these are those of `main` and of test runners.
  private static final int DEPTH = 16;

  private final StackFrame[] frames;
  private final @Nullable Inducer inducer;

  /// A node whose formula records other nodes.
  ///
  /// @param trace null when the node was recorded without tracing
  record Inducer(String node, @Nullable Trace trace) {}

  private Trace(StackFrame[] frames, @Nullable Inducer inducer) {
    this.frames = frames;
    this.inducer = inducer;
  }

  static Trace capture(@Nullable Inducer inducer) {
    StackFrame[] frames =
        UserFrames.walk(
            all -> all.dropWhile(UserFrames::isInternal).limit(DEPTH).toArray(StackFrame[]::new));
    return new Trace(frames, inducer);
  }

  /// The innermost call as a stack trace would show it: `com.acme.Model.loss(Model.java:12)`.
  @Override
  public String toString() {
    return frames.length == 0 ? "an unknown place" : UserFrames.describe(frames[0]);
  }

  /// As the cause of an exception: its stack trace is the forward call's, and its own cause is the node
  /// by whose formula a backward recorded this one.
  ///
  /// @param node the name of the node that this is the trace of
  public Throwable asCause(String node) {
    GraphException cause = new GraphException(node + " was recorded here, in the forward pass.");
    cause.setStackTrace(
        Arrays.stream(frames)
            .map(StackFrame::toStackTraceElement)
            .toArray(StackTraceElement[]::new));
    Inducer by = inducer;
    if (by != null) {
      String previous = "Previous calculation was induced by " + by.node + ".";
      Throwable its =
          by.trace == null
              ? new GraphException(by.node + ": its forward was not traced.")
              : by.trace.asCause(by.node);
      GraphException link = new GraphException(previous);
      link.setStackTrace(new StackTraceElement[0]);
      link.initCause(its);
      cause.initCause(link);
    }
    return cause;
  }
}
