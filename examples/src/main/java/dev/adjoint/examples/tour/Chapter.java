package dev.adjoint.examples.tour;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rows that share tensors and run in their order.
final class Chapter {
  private final String id;
  private final String title;
  private final List<String> setting = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  Chapter(String id, String title) {
    this.id = id;
    this.title = title;
  }

  String heading() {
    return id + "  " + title;
  }

  List<String> setting() {
    return setting;
  }

  List<Row> rows() {
    return rows;
  }

  /// Code that ran before the rows, to be shown.
  Chapter given(String... lines) {
    setting.addAll(List.of(lines));
    return this;
  }

  /// A statement without a result.
  Chapter does(String statement, Runnable action) {
    rows.add(
        new Row(
            statement,
            () -> {
              action.run();
              return null;
            },
            null,
            null));
    return this;
  }

  /// A statement whose result PyTorch prints so.
  Chapter shows(String statement, Supplier<? extends @Nullable Object> action, String expected) {
    rows.add(new Row(statement, action, expected, null));
    return this;
  }

  /// A statement that PyTorch refuses with this first sentence.
  Chapter fails(String statement, Runnable action, String message) {
    Supplier<@Nullable Object> run =
        () -> {
          action.run();
          return "no error";
        };
    rows.add(new Row(statement, run, "Error: " + message, null));
    return this;
  }

  /// A number that may differ by some units in the last place of a float.
  Chapter near(String statement, Supplier<Double> action, double expected, int ulps) {
    double tolerance = ulps * (double) Math.ulp((float) expected);
    rows.add(
        new Row(
            statement,
            action,
            PythonText.of(expected),
            actual -> Math.abs(actual - expected) <= tolerance));
    return this;
  }
}
