package dev.adjoint.graph.trace;

import dev.adjoint.type.GraphException;
import java.lang.StackWalker.StackFrame;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The user's calls that led to an operation, innermost first, and for a node recorded by a backward
/// the node whose formula it belongs to.
public final class Trace {

  /// Frames beyond these are those of `main` and of test runners.
  private static final int DEPTH = 16;

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final String LIBRARY = "dev.adjoint";

  /// Programs that come with the library and may lie in one jar with it.
  private static final Set<String> PROGRAMS = Set.of("examples", "benchmarks");

  private static final ClassValue<Boolean> INTERNAL =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return isInternal(type);
        }
      };

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
        WALKER.walk(all ->
            all.dropWhile(f -> INTERNAL.get(f.getDeclaringClass()))
                .limit(DEPTH)
                .toArray(StackFrame[]::new));
    return new Trace(frames, inducer);
  }

  /// Tests live in the library's packages, but come from elsewhere. Scoped values run the library's
  /// lambdas.
  private static boolean isInternal(Class<?> type) {
    if (type.getName().contains(".ScopedValue") && type.getModule() == Object.class.getModule()) {
      return true;
    }
    String name = type.getPackageName();
    if (!name.equals(LIBRARY) && !name.startsWith(LIBRARY + ".")) {
      return false;
    }
    if (type.getModule().isNamed()) {
      return type.getModule() == Trace.class.getModule();
    }
    String[] parts = name.split("\\.", -1);
    return (parts.length < 3 || !PROGRAMS.contains(parts[2]))
        && source(type).equals(source(Trace.class));
  }

  private static String source(Class<?> type) {
    CodeSource code = type.getProtectionDomain().getCodeSource();
    return code == null ? "" : String.valueOf(code.getLocation());
  }

  /// The innermost call as a stack trace would show it: `com.acme.Model.loss(Model.java:12)`.
  @Override
  public String toString() {
    if (frames.length == 0) {
      return "an unknown place";
    }
    StackFrame f = frames[0];
    String file = f.getFileName();
    String place = file == null ? "Unknown Source" : file + ":" + f.getLineNumber();
    return f.getClassName() + "." + f.getMethodName() + "(" + place + ")";
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
