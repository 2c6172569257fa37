package dev.adjoint.random;

import dev.adjoint.GradFn;
import dev.adjoint.Tensor;
import dev.adjoint.graph.Aliases;
import dev.adjoint.type.DType;
import dev.adjoint.type.TensorException;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One thing that can be seen after a statement, as text with a number in its middle.
///
/// @param before a shape and a type, or a name; an error's whole message
/// @param digest a weighted sum of the elements, which tells permutations apart
/// @param size the same sum of the elements' magnitudes: what the digest's rounding is relative to; infinite
///     when the elements were not read, negative when there are none
record Shown(String before, double digest, double size, String after, boolean single) {
  private static final Pattern VERSIONS =
      Pattern.compile("is at version (\\d+); expected version (\\d+)");
  private static final double ROUNDING = 1e-9;
  private static final double ROUNDING_SINGLE = 1e-5;

  static Shown word(String text) {
    return new Shown(text, 0, -1, "", false);
  }

  static Shown error(String message) {
    return word("error " + message);
  }

  /// Shape, type, elements, whether it requires a gradient, its node, and how often it was written since.
  ///
  /// @param first versions when a memory was first seen; results may have been written before
  /// @param read whether to look at the elements
  static Shown of(Tensor t, Map<Object, Long> first, boolean read) {
    Long before = first.putIfAbsent(Aliases.memory(t), t.version());
    long written = before == null ? 0 : t.version() - before;
    String shape =
        Arrays.stream(t.shape().toArray())
            .mapToObj(Long::toString)
            .collect(Collectors.joining(",", "<", ">"));
    String kind =
        switch (t.dtype()) {
          case FLOAT64 -> "";
          case FLOAT32 -> "f32";
          case INT64 -> "i64";
          case BOOL -> "b";
          default -> t.dtype().toString();
        };
    String node = node(t);
    String tracked = node.startsWith("!") || t.requiresGrad() ? "r" : "-";
    String after = tracked + " " + node + " v" + written;
    return read
        ? number(shape + kind, t, after)
        : new Shown(shape + kind, 0, Double.POSITIVE_INFINITY, after, false);
  }

  private static String node(Tensor t) {
    try {
      GradFn node = t.gradFn();
      return node == null ? "-" : node.name().replace("torch::autograd::", "") + ":" + t.outputNr();
    } catch (TensorException e) {
      return "!" + String.valueOf(e.getMessage()).split("\\. ")[0].replace(' ', '_');
    }
  }

  /// The same without the name of a node.
  Shown unnamed() {
    return new Shown(before, digest, size, after.replaceAll("[A-Z]\\w+:\\d+", "node"), single);
  }

  /// The same for one of several views, which PyTorch had to make one by one.
  Shown ofSeveral() {
    String part = after.replaceAll("(Select|Slice|Unbind|Split)Backward0:\\d+", "part");
    return new Shown(before, digest, size, part, single);
  }

  /// A collected gradient.
  static Shown gradient(String name, Tensor g) {
    return number(name, g, g.requiresGrad() ? "r" : "-");
  }

  /// A name and elements.
  static Shown number(String name, Tensor t) {
    return number(name, t, "");
  }

  private static Shown number(String before, Tensor t, String after) {
    double[] values = t.toDoubleArray();
    double sum = 0;
    double size = 0;
    for (int i = 0; i < values.length; i++) {
      double weight = 1 + i * 7 % 11 / 8.0;
      sum += weight * values[i];
      size += weight * Math.abs(values[i]);
    }
    return new Shown(before, sum, size, after, t.dtype() == DType.FLOAT32);
  }

  /// Whether PyTorch's text says the same: an error's first sentence, all but the digest exactly, and the
  /// digest up to rounding.
  boolean matches(String expected, boolean anySingle) {
    if (size < 0) {
      return before.startsWith("error ")
          ? relative(before).startsWith(relative(expected))
          : before.equals(expected);
    }
    String[] words = expected.split(" ", 3);
    if (words.length < 2 || !words[0].equals(before)) {
      return false;
    }
    String end = words.length > 2 ? words[2] : "";
    if (!end.equals(after)) {
      return false;
    }
    double number =
        switch (words[1]) {
          case "nan" -> Double.NaN;
          case "inf" -> Double.POSITIVE_INFINITY;
          case "-inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(words[1]);
        };
    if (size == Double.POSITIVE_INFINITY && digest == 0) {
      return true;
    }
    double bound = (anySingle ? ROUNDING_SINGLE : ROUNDING) * Math.max(size, 1);
    return number == digest
        || Double.isNaN(number) && Double.isNaN(digest)
        || Math.abs(number - digest) <= bound;
  }

  /// A message about versions without what both had when first seen.
  private static String relative(String message) {
    Matcher m = VERSIONS.matcher(message);
    if (!m.find()) {
      return message;
    }
    long since = Long.parseLong(m.group(1)) - Long.parseLong(m.group(2));
    return m.replaceFirst("is " + since + " versions on");
  }

  @Override
  public String toString() {
    if (size < 0) {
      return before;
    }
    return before + " " + String.format("%.10g", digest) + (after.isEmpty() ? "" : " " + after);
  }
}
