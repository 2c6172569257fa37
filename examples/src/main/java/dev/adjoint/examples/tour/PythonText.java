package dev.adjoint.examples.tour;

import dev.adjoint.GradFn.Edge;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Java values as Python prints them; addresses become `0x...`.
final class PythonText {
  private PythonText() {}

  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean b -> b ? "True" : "False";
      case Double d -> number(d);
      case Edge e -> "(" + of(e.function()) + ", " + e.index() + ")";
      case double[] array -> of(Arrays.stream(array).boxed().toList());
      case List<?> edges when !edges.isEmpty() && edges.getFirst() instanceof Edge -> tuple(edges);
      case List<?> list ->
          list.stream().map(PythonText::of).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString().replaceAll("0x[0-9a-f]+", "0x...");
    };
  }

  private static String tuple(List<?> items) {
    String inside = items.stream().map(PythonText::of).collect(Collectors.joining(", "));
    return items.size() == 1 ? "(" + inside + ",)" : "(" + inside + ")";
  }

  /// The fewest digits that mean the same double, with an exponent from 1e16 on and below 1e-4.
  private static String number(double d) {
    if (!Double.isFinite(d)) {
      return Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(d);
    if (size != 0 && (size >= 1e16 || size < 1e-4)) {
      String text = Double.toString(d).replace(".0E", "E");
      int e = text.indexOf('E');
      int exponent = Integer.parseInt(text.substring(e + 1));
      String sign = exponent < 0 ? "e-" : "e+";
      return text.substring(0, e)
          + sign
          + (Math.abs(exponent) < 10 ? "0" : "")
          + Math.abs(exponent);
    }
    String plain = new BigDecimal(Double.toString(d)).toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }
}
