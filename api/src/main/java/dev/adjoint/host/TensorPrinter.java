package dev.adjoint.host;

import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Node;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/// Prints a tensor as PyTorch does (`torch/_tensor_str.py`): four decimals, 80 columns, summarised
/// beyond 1000 elements, scientific when the magnitudes ask for it.
public final class TensorPrinter {
  private static final String PREFIX = "tensor(";
  private static final int LINE = 80;
  private static final int EDGE = 3;
  private static final int THRESHOLD = 1000;
  private static final int PRECISION = 4;

  private final EagerTensor tensor;
  private final Shape shape;
  private final MemorySegment bytes;
  private final boolean summarize;
  private LongFunction<String> format = i -> "";
  private int width = 1;

  private TensorPrinter(EagerTensor tensor) {
    this.tensor = tensor;
    this.shape = tensor.shape();
    this.bytes = Export.bytes(tensor);
    this.summarize = shape.elements() > THRESHOLD;
  }

  public static String print(EagerTensor tensor) {
    if (tensor.isClosed()) {
      return "tensor(<closed>, size=" + tensor.shape() + ")";
    }
    return new TensorPrinter(tensor).print();
  }

  private String print() {
    String body = shape.elements() == 0 ? "[]" : elements();
    return withSuffixes(PREFIX + body, suffixes()) + ")";
  }

  private String elements() {
    List<Long> shown = new ArrayList<>();
    collect(0, 0, shown);
    chooseFormat(shown);
    return nested(0, 0, PREFIX.length());
  }

  private List<String> suffixes() {
    List<String> out = new ArrayList<>();
    DType type = tensor.dtype();
    boolean empty = shape.elements() == 0;
    if (!tensor.device().isCpu()) {
      out.add("device='" + tensor.device() + "'");
    }
    if (empty && shape.rank() != 1) {
      String sizes = shape.toString();
      out.add("size=(" + sizes.substring(1, sizes.length() - 1) + ")");
    }
    boolean implied =
        type == DType.FLOAT32 || !empty && (type == DType.INT64 || type == DType.BOOL);
    if (!implied) {
      out.add("dtype=torch." + type);
    }
    try {
      Node node = tensor.gradFn();
      if (node != null) {
        String name = node.name();
        out.add("grad_fn=<" + name.substring(name.lastIndexOf(':') + 1) + ">");
      } else if (tensor.requiresGrad()) {
        out.add("requires_grad=True");
      }
    } catch (GraphException invalid) {
      out.add("grad_fn=<Invalid>");
    }
    return out;
  }

  private static String withSuffixes(String text, List<String> suffixes) {
    StringBuilder out = new StringBuilder(text);
    int last = text.length() - text.lastIndexOf('\n') + 1;
    for (String suffix : suffixes) {
      if (last + suffix.length() + 2 > LINE) {
        out.append(",\n").append(" ".repeat(PREFIX.length())).append(suffix);
        last = PREFIX.length() + suffix.length();
      } else {
        out.append(", ").append(suffix);
        last += suffix.length() + 2;
      }
    }
    return out.toString();
  }

  /// The indices along a dimension that are shown; -1 stands for the dots.
  private long[] indices(int dim) {
    long size = shape.size(dim);
    if (!summarize || size <= 2 * EDGE) {
      long[] all = new long[(int) size];
      java.util.Arrays.setAll(all, i -> i);
      return all;
    }
    return new long[] {0, 1, 2, -1, size - 3, size - 2, size - 1};
  }

  private long step(int dim) {
    long step = 1;
    for (int d = dim + 1; d < shape.rank(); d++) {
      step *= shape.size(d);
    }
    return step;
  }

  private void collect(int dim, long start, List<Long> shown) {
    if (dim == shape.rank()) {
      shown.add(start);
      return;
    }
    long step = step(dim);
    for (long i : indices(dim)) {
      if (i >= 0) {
        collect(dim + 1, start + i * step, shown);
      }
    }
  }

  private String nested(int dim, long start, int indent) {
    if (dim == shape.rank()) {
      return pad(format.apply(start));
    }
    if (dim == shape.rank() - 1) {
      return row(start, indent);
    }
    long step = step(dim);
    List<String> parts = new ArrayList<>();
    for (long i : indices(dim)) {
      parts.add(i < 0 ? "..." : nested(dim + 1, start + i * step, indent + 1));
    }
    String separator = "," + "\n".repeat(shape.rank() - dim - 1) + " ".repeat(indent + 1);
    return "[" + String.join(separator, parts) + "]";
  }

  private String row(long start, int indent) {
    int perLine = Math.max(1, (LINE - indent) / (width + 2));
    StringBuilder out = new StringBuilder("[");
    long[] indices = indices(shape.rank() - 1);
    for (int n = 0; n < indices.length; n++) {
      if (n > 0) {
        out.append(n % perLine == 0 ? ",\n" + " ".repeat(indent + 1) : ", ");
      }
      out.append(indices[n] < 0 ? " ..." : pad(format.apply(start + indices[n])));
    }
    return out.append("]").toString();
  }

  private String pad(String text) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private void chooseFormat(List<Long> shown) {
    DType type = tensor.dtype();
    switch (type.category()) {
      case BOOL -> format = i -> Export.longAt(bytes, type, i) != 0 ? "True" : "False";
      case INTEGRAL -> format = i -> Long.toString(Export.longAt(bytes, type, i));
      case FLOATING -> {
        chooseFloatFormat(shown);
        return;
      }
    }
    for (long i : shown) {
      width = Math.max(width, format.apply(i).length());
    }
  }

  private void chooseFloatFormat(List<Long> shown) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    boolean integral = true;
    List<Long> measured = new ArrayList<>();
    for (long i : shown) {
      double v = Export.doubleAt(bytes, tensor.dtype(), i);
      if (Double.isFinite(v) && v != 0) {
        measured.add(i);
        least = Math.min(least, Math.abs(v));
        most = Math.max(most, Math.abs(v));
        integral &= v == Math.ceil(v);
      }
    }
    boolean wide = !measured.isEmpty() && (most / least > 1000 || most > 1e8 || least < 1e-4);
    boolean asInteger = integral;
    format = i -> number(Export.doubleAt(bytes, tensor.dtype(), i), wide, asInteger);
    for (long i : measured) {
      width = Math.max(width, format.apply(i).length());
    }
  }

  private static String number(double v, boolean scientific, boolean integral) {
    if (!Double.isFinite(v)) {
      return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }
    if (scientific) {
      return scientific(v);
    }
    int digits = integral ? 0 : PRECISION;
    String text =
        new BigDecimal(Math.abs(v)).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    boolean negative = v < 0 || v == 0 && 1 / v < 0;
    return (negative ? "-" : "") + text + (integral ? "." : "");
  }

  private static String scientific(double v) {
    if (v == 0) {
      return 1 / v < 0 ? "-0.0000e+00" : "0.0000e+00";
    }
    BigDecimal exact =
        new BigDecimal(Math.abs(v))
            .round(new java.math.MathContext(PRECISION + 1, RoundingMode.HALF_EVEN));
    int exponent = exact.precision() - exact.scale() - 1;
    String digits =
        exact
            .scaleByPowerOfTen(-exponent)
            .setScale(PRECISION, RoundingMode.UNNECESSARY)
            .toPlainString();
    return String.format(
        Locale.ROOT,
        "%s%se%s%02d",
        v < 0 ? "-" : "",
        digits,
        exponent < 0 ? "-" : "+",
        Math.abs(exponent));
  }
}
