package dev.adjoint.examples.tour;

import dev.adjoint.type.TensorException;
import java.util.function.DoublePredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A statement and what PyTorch answers to it.
///
/// @param expected the text that PyTorch prints; null when it prints nothing
/// @param tolerates accepts a number that is not printed like the expected one
record Row(
    String statement,
    Supplier<? extends @Nullable Object> action,
    @Nullable String expected,
    @Nullable DoublePredicate tolerates) {

  /// What a row came to.
  ///
  /// @param text as PyTorch would print it; null for nothing
  record Outcome(@Nullable String text, boolean ok) {}

  Outcome run() {
    Object value;
    try {
      value = action.get();
    } catch (TensorException e) {
      String text = "Error: " + e.getMessage();
      return new Outcome(text, expected != null && text.startsWith(expected));
    }
    if (expected == null) {
      return new Outcome(null, true);
    }
    String text = PythonText.of(value);
    boolean ok =
        text.equals(expected)
            || isSameElsewhere(text, expected)
            || tolerates != null && value instanceof Double d && tolerates.test(d);
    return new Outcome(text, ok);
  }

  /// Whether the text is the expected one but for the name of a device, which PyTorch would print here
  /// too, and the lines that break elsewhere because of it.
  private static boolean isSameElsewhere(String text, String expected) {
    String unnamed = text.replaceAll(",\\s*device='[^']*'", "");
    return unnamed.length() < text.length() && inOneLine(unnamed).equals(inOneLine(expected));
  }

  private static String inOneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
