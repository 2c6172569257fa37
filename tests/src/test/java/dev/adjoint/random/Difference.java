package dev.adjoint.random;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The first statement of a program after which something else is seen than in PyTorch.
record Difference(Program program, int at, List<Shown> actual) {

  Statement statement() {
    return program.statements().get(at);
  }

  /// What PyTorch showed.
  String expected() {
    return statement().shown();
  }

  String found() {
    return actual.stream().map(Shown::toString).collect(Collectors.joining("; "));
  }

  boolean failed() {
    return found().startsWith("error ");
  }

  /// The texts without their numbers and without a part.
  String expectedWithout(String part) {
    return withoutNumbers(expected()).replace(part, "");
  }

  String foundWithout(String part) {
    return withoutNumbers(found()).replace(part, "");
  }

  private static String withoutNumbers(String shown) {
    return shown.replaceAll(" -?[0-9.]+(e[-+][0-9]+)?(?=[ ;]|$)", "");
  }

  /// Whether a pass that fails in PyTorch found here what it finds there without the check of versions.
  boolean isAsUnchecked() {
    return !failed() && ProgramRun.same(actual, statement().unchecked(), false);
  }

  /// Whether something is seen beside all that PyTorch shows.
  boolean hasAllThatIsExpected() {
    List<String> seen = List.of(foundWithout("").split("; "));
    return seen.size() > expected().split("; ").length
        && Arrays.stream(expectedWithout("").split("; ")).allMatch(seen::contains);
  }

  /// Whether hooks ran in PyTorch that did not run here, and all else is the same.
  boolean lacksHooksOnly() {
    List<String> missing = new ArrayList<>(List.of(expectedWithout("").split("; ")));
    boolean known = Arrays.stream(foundWithout("").split("; ")).allMatch(missing::remove);
    return known && !missing.isEmpty() && missing.stream().allMatch(s -> s.startsWith("h"));
  }

  boolean bothBegin(String text) {
    return expected().startsWith(text) && found().startsWith(text);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("\nseed " + program.seed() + "\n");
    for (int i = 0; i <= at; i++) {
      text.append("  ").append(program.statements().get(i)).append('\n');
    }
    text.append("    PyTorch: ").append(expected());
    return text.append("\n    Adjoint: ").append(found()).append('\n').toString();
  }
}
