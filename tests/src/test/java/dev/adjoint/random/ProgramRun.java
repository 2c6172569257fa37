package dev.adjoint.random;

import dev.adjoint.Scope;
import dev.adjoint.memory.Window;
import dev.adjoint.type.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs programs and compares what each statement shows with what it showed in PyTorch.
final class ProgramRun {
  private ProgramRun() {}

  /// The first difference, or null.
  static @Nullable Difference of(Program program, Device device) {
    return of(program, device, false);
  }

  /// As [#of(Program, Device)], with all elementwise results pending until they are read or overwritten.
  static @Nullable Difference deferred(Program program, Device device) {
    try (Window _ = Window.open()) {
      return of(program, device, true);
    }
  }

  private static @Nullable Difference of(Program program, Device device, boolean late) {
    try (Scope _ = Scope.open()) {
      Machine machine = new Machine(device, late);
      boolean single = false;
      for (int i = 0; i < program.statements().size(); i++) {
        Statement statement = program.statements().get(i);
        single |= statement.shown().contains(">f32 ");
        List<Shown> shown = machine.run(statement);
        if (!same(shown, statement.shown(), single)
            && !(program.hasParts() && sameParts(shown, statement.shown(), single))) {
          return new Difference(program, i, shown);
        }
      }
    }
    return null;
  }

  /// As [#same], where one of several views may have been selected.
  private static boolean sameParts(List<Shown> shown, String expected, boolean single) {
    String part = expected.replaceAll("(Select|Slice)Backward0:0", "part");
    return same(shown.stream().map(Shown::ofSeveral).toList(), part, single);
  }

  static boolean same(List<Shown> shown, String expected, boolean single) {
    String[] parts = expected.startsWith("error ") ? new String[] {expected} : expected.split("; ");
    if (parts.length != shown.size()) {
      return false;
    }
    for (int i = 0; i < parts.length; i++) {
      if (!shown.get(i).matches(parts[i], single)) {
        return false;
      }
    }
    return true;
  }
}
