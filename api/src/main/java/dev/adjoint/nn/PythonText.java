package dev.adjoint.nn;

import java.util.List;
import java.util.stream.Collectors;

/// How Python prints the arguments of a module.
final class PythonText {
  private PythonText() {}

  /// `(3, 3)`, `(3,)`
  static String tuple(List<Long> sizes) {
    String text = sizes.stream().map(Object::toString).collect(Collectors.joining(", "));
    return "(" + text + (sizes.size() == 1 ? ",)" : ")");
  }

  /// One number as it is, several as a tuple.
  static String sizes(List<Long> sizes) {
    return sizes.size() == 1 ? sizes.getFirst().toString() : tuple(sizes);
  }

  /// `0.1`, `1e-05`
  static String number(double x) {
    String text = Double.toString(x);
    int at = text.indexOf("E-");
    if (at < 0) {
      return text;
    }
    String digits = text.substring(0, at).replaceFirst("\\.0$", "");
    String exponent = text.substring(at + 2);
    return digits + "e-" + (exponent.length() == 1 ? "0" : "") + exponent;
  }

  static String bool(boolean b) {
    return b ? "True" : "False";
  }
}
