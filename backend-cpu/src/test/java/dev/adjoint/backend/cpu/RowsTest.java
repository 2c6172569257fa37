package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every row of every table, for every type it is expanded for.
@Tag("sources")
class RowsTest {
  private static final Path TABLES = Path.of("../native-kernels/elementwise");
  private static final Pattern ROW =
      Pattern.compile("^[A-Z]+\\((\\w+), (\\w+), ", Pattern.MULTILINE);
  private static final int N = 261;
  private static final double[] EDGES = {
    0.0,
    -0.0,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    1,
    -1,
    0.5,
    -0.5,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Double.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.5,
    -87.5,
    -103,
    1e5,
    -1e5,
    2.5,
    3.5,
    -2.5
  };

  /// A row at one type.
  record Case(Row row, DType type) {
    @Override
    public String toString() {
      return row + "_" + type.suffix();
    }
  }

  static Stream<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    for (Row.Family family : Row.Family.values()) {
      if (family == Row.Family.CAST || family == Row.Family.NULLARY) {
        continue;
      }
      String file = family.name().toLowerCase(Locale.ROOT) + ".def";
      for (MatchResult m : ROW.matcher(Files.readString(TABLES.resolve(file))).results().toList()) {
        for (DType type : types(m.group(1))) {
          cases.add(new Case(Row.of(family, m.group(2)), type));
        }
      }
    }
    assertTrue(cases.size() > 150, "the tables were not read");
    return cases.stream();
  }

  private static List<DType> types(String group) {
    return Arrays.stream(DType.values())
        .filter(type -> !type.isHalf())
        .filter(type ->
            switch (group) {
              case "FLOATING" -> type.isFloating();
              case "INTEGRAL" -> type.category() == DType.Category.INTEGRAL;
              case "ARITHMETIC" -> type != DType.BOOL;
              case "BOOLEAN" -> type == DType.BOOL;
              case "ALL" -> true;
              default -> throw new AssertionError(group);
            })
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithJava(Case c) {
    Row.Family family = c.row.family();
    DType[] inputs = new DType[family.arity()];
    Arrays.fill(inputs, c.type);
    if (family == Row.Family.SELECT) {
      inputs[0] = DType.BOOL;
    }
    double[][] values = new double[inputs.length][];
    for (int i = 0; i < inputs.length; i++) {
      values[i] = samples(inputs[i], c.row.name(), i);
    }
    DType result = family.yieldsBool() ? DType.BOOL : c.type;
    try (Host host = new Host(1)) {
      double[] got = host.apply(c.row, c.type, result, inputs, values);
      for (int i = 0; i < N; i++) {
        check(c, result, values, i, got[i]);
      }
    }
  }

  private static void check(Case c, DType result, double[][] values, int i, double got) {
    double[] x = new double[values.length];
    for (int a = 0; a < x.length; a++) {
      x[a] = values[a][i];
    }
    double want = reference(c.row, x);
    String where = c + Arrays.toString(x);
    switch (result) {
      case BOOL -> assertEquals(Math.min(want, 1), got, where);
      case UINT8 -> assertEquals((long) want & 255, (long) got, where);
      case INT32, INT64 -> assertEquals((long) want, (long) got, where);
      case FLOAT16, BFLOAT16 -> throw new AssertionError("rows compute in float32");
      case FLOAT32 -> assertClose((float) want, got, x, 0x1p-24, Float.MIN_NORMAL, where);
      case FLOAT64 -> assertClose(want, got, x, 0x1p-53, Double.MIN_NORMAL, where);
    }
  }

  private static double reference(Row row, double[] x) {
    if (row.family() == Row.Family.UNARY) {
      var function = References.UNARY.get(row.name());
      assertNotNull(function, "References has no " + row);
      return function.applyAsDouble(x[0]);
    }
    var function = References.OTHERS.get(row.name());
    assertNotNull(function, "References has no " + row);
    return function.of(x);
  }

  /// Within some units in the last place, of the largest intermediate where terms may cancel.
  private static void assertClose(
      double want, double got, double[] x, double unit, double tiny, String where) {
    if (Double.isNaN(want) || Double.isInfinite(want)) {
      assertEquals(want, got, where);
      return;
    }
    double scale = Math.max(Math.abs(want), tiny);
    for (double v : x) {
      boolean cancels = x.length > 2 || where.startsWith("unary_gelu");
      scale = cancels && Double.isFinite(v) ? Math.max(scale, v * v) : scale;
    }
    assertTrue(
        Math.abs(want - got) <= 40 * unit * scale + tiny,
        () -> where + " is " + got + ", not " + want);
  }

  /// Edges first where one argument can take any value, then numbers of a moderate size.
  private static double[] samples(DType type, String row, int argument) {
    Random random = new Random(row.hashCode() + argument);
    double[] values = new double[N];
    boolean edges =
        argument == 0 && !List.of("lerp", "addcmul", "addcdiv", "add_scaled").contains(row);
    for (int i = 0; i < N; i++) {
      double v = (random.nextDouble() - 0.5) * 16;
      values[i] =
          switch (type) {
            case BOOL -> random.nextInt(2);
            case UINT8 -> (row.equals("pow") || argument > 0 ? 1 : 0) + random.nextInt(6);
            case INT32, INT64 -> integer(row, argument, random);
            case FLOAT16, BFLOAT16 -> throw new AssertionError("rows compute in float32");
            case FLOAT32 -> (float) (edges && i < EDGES.length ? EDGES[i] : v);
            case FLOAT64 -> edges && i < EDGES.length ? EDGES[i] : v;
          };
      if (type.isFloating() && argument > 0) {
        values[i] = parameter(row, values[i]);
      }
    }
    return values;
  }

  private static double integer(String row, int argument, Random random) {
    return row.equals("pow") && argument == 1
        ? random.nextInt(5)
        : random.nextInt(19) - (row.endsWith("div") && argument == 1 ? -1 : 9);
  }

  private static double parameter(String row, double v) {
    return switch (row) {
      case "pow_int" -> Math.rint(v);
      case "softplus" -> Math.abs(v) + 1;
      default -> v == 0 ? 1 : v;
    };
  }

  @Test
  void integersDividedByZeroGiveZero() {
    try (Host host = new Host(1)) {
      for (DType type : List.of(DType.UINT8, DType.INT32, DType.INT64)) {
        for (String row : List.of("remainder", "floor_div", "trunc_div")) {
          DType[] inputs = {type, type};
          Row r = Row.of(Row.Family.BINARY, row);
          double[] got =
              host.apply(r, type, type, inputs, new double[] {7, 0}, new double[] {0, 0});
          assertEquals(0, got[0], row);
          assertEquals(0, got[1], row);
        }
      }
      double lowest = Integer.MIN_VALUE;
      DType[] ints = {DType.INT32, DType.INT32};
      Row divide = Row.of(Row.Family.BINARY, "floor_div");
      double[] wrapped =
          host.apply(
              divide, DType.INT32, DType.INT32, ints, new double[] {lowest}, new double[] {-1});
      assertEquals(lowest, wrapped[0]);
    }
  }

  @Test
  void castsConvertAsOnX86() {
    double[] x = {0, 1, -1, 2.9, -2.9, 300, -300, 1e10, Double.NaN, Double.POSITIVE_INFINITY};
    try (Host host = new Host(1)) {
      for (DType from : List.of(DType.FLOAT32, DType.FLOAT64)) {
        DType[] inputs = {from};
        double[] ints = host.apply(Row.CAST, DType.INT32, DType.INT32, inputs, x);
        double[] longs = host.apply(Row.CAST, DType.INT64, DType.INT64, inputs, x);
        double[] bytes = host.apply(Row.CAST, DType.UINT8, DType.UINT8, inputs, x);
        double[] bools = host.apply(Row.CAST, DType.BOOL, DType.BOOL, inputs, x);
        for (int i = 0; i < x.length; i++) {
          boolean nan = Double.isNaN(x[i]) || Double.isInfinite(x[i]);
          assertEquals(nan || x[i] > 1e9 ? Integer.MIN_VALUE : (int) x[i], (int) ints[i]);
          assertEquals(nan ? Long.MIN_VALUE : (long) x[i], (long) longs[i]);
          assertEquals(nan ? 0 : (long) x[i] & 255, (long) bytes[i]);
          assertEquals(x[i] != 0 ? 1 : 0, bools[i]);
        }
      }
      for (DType from : DType.values()) {
        for (DType to : DType.values()) {
          if (!from.castsTo(to)) {
            continue;
          }
          double[] got = host.apply(Row.CAST, to, to, new DType[] {from}, new double[] {1, 0});
          assertEquals(1, got[0]);
          assertEquals(0, got[1]);
        }
      }
    }
  }
}
