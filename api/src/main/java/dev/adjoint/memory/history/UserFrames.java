package dev.adjoint.memory.history;

import java.lang.StackWalker.StackFrame;
import java.security.CodeSource;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tells frames of the user's from the library's own.
public final class UserFrames {
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

  private UserFrames() {}

  /// Walks this thread's stack, innermost frame first.
  public static <T extends @Nullable Object> T walk(Function<Stream<StackFrame>, T> body) {
    return WALKER.walk(body);
  }

  /// Whether a frame is one of the library's.
  public static boolean isInternal(StackFrame frame) {
    return INTERNAL.get(frame.getDeclaringClass());
  }

  /// Whether a frame is one of a method that users call on tensors.
  static boolean isFacade(StackFrame frame) {
    return isInternal(frame) && frame.getDeclaringClass().getPackageName().equals(LIBRARY);
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
      return type.getModule() == UserFrames.class.getModule();
    }
    String[] parts = name.split("\\.", -1);
    return (parts.length < 3 || !PROGRAMS.contains(parts[2]))
        && source(type).equals(source(UserFrames.class));
  }

  private static String source(Class<?> type) {
    CodeSource code = type.getProtectionDomain().getCodeSource();
    return code == null ? "" : String.valueOf(code.getLocation());
  }

  /// As a stack trace would show it: `com.acme.Model.loss(Model.java:12)`.
  public static String describe(StackFrame f) {
    String file = f.getFileName();
    String place = file == null ? "Unknown Source" : file + ":" + f.getLineNumber();
    return f.getClassName() + "." + f.getMethodName() + "(" + place + ")";
  }
}
