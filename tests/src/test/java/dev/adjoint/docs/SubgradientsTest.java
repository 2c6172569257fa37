package dev.adjoint.docs;

import static dev.adjoint.Tensors.where;
import static java.lang.Double.POSITIVE_INFINITY;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Holds every device to the table of `docs/subgradients.md`: each of its rows is computed.
class SubgradientsTest extends OnEachDevice {
  private static final Path PAGE =
      Path.of(System.getProperty("adjoint.home", ".."), "docs", "subgradients.md");
  private static final Map<String, Function<Tensor[], Tensor>> CALLS = new LinkedHashMap<>();

  private interface OfTwo {
    Tensor apply(Tensor x, Tensor y);
  }

  private interface OfThree {
    Tensor apply(Tensor x, Tensor y, Tensor z);
  }

  private static void ofOne(String call, UnaryOperator<Tensor> body) {
    CALLS.put(call, in -> body.apply(in[0]));
  }

  private static void ofTwo(String call, OfTwo body) {
    CALLS.put(call, in -> body.apply(in[0], in[1]));
  }

  private static void ofThree(String call, OfThree body) {
    CALLS.put(call, in -> body.apply(in[0], in[1], in[2]));
  }

  static {
    ofOne("x.relu()", x -> x.relu());
    ofOne("x.leakyRelu(0.1)", x -> x.leakyRelu(0.1));
    ofOne("x.elu()", x -> x.elu());
    ofOne("x.clamp(0, 1)", x -> x.clamp(0, 1));
    ofOne("x.clampMin(0)", x -> x.clampMin(0));
    ofOne("x.clampMax(0)", x -> x.clampMax(0));
    ofThree("x.clamp(y, z)", (x, y, z) -> x.clamp(y, z));
    ofOne("x.softplus()", x -> x.softplus());
    ofOne("x.abs()", x -> x.abs());
    ofOne("x.sign()", x -> x.sign());
    ofOne("x.floor()", x -> x.floor());
    ofOne("x.ceil()", x -> x.ceil());
    ofOne("x.round()", x -> x.round());
    ofOne("x.trunc()", x -> x.trunc());
    ofOne("x.nanToNum()", x -> x.nanToNum());
  }

  static {
    ofTwo("x.maximum(y)", (x, y) -> x.maximum(y));
    ofTwo("x.minimum(y)", (x, y) -> x.minimum(y));
    ofTwo("x.remainder(y)", (x, y) -> x.remainder(y));
    ofTwo("x.atan2(y)", (x, y) -> x.atan2(y));
    ofTwo("x.div(y)", (x, y) -> x.div(y));
    ofTwo("x.pow(y)", (x, y) -> x.pow(y));
    ofOne("where(x.gt(0), x.sqrt(), 0)", x -> where(x.gt(0), x.sqrt(), 0));
  }

  static {
    ofOne("x.max()", x -> x.max());
    ofOne("x.min()", x -> x.min());
    ofOne("x.view(1, -1).maxPool1d(4)", x -> x.view(1, -1).maxPool1d(4));
    ofOne("x.view(1, -1).maxPool1d(2)", x -> x.view(1, -1).maxPool1d(2));
    ofOne("x.max(0).values()", x -> x.max(0).values());
    ofOne("x.min(0).values()", x -> x.min(0).values());
    ofOne("x.amax()", x -> x.amax());
    ofOne("x.amin()", x -> x.amin());
    ofOne("x.median()", x -> x.median());
    ofOne("x.median(0).values()", x -> x.median(0).values());
    ofOne("x.sort().values().get(0)", x -> x.sort().values().get(0));
    ofOne("x.topk(2).values()", x -> x.topk(2).values());
  }

  static {
    ofOne("x.norm()", x -> x.norm());
    ofOne("x.norm(1)", x -> x.norm(1));
    ofOne("x.norm(3)", x -> x.norm(3));
    ofOne("x.norm(0.5)", x -> x.norm(0.5));
    ofOne("x.norm(POSITIVE_INFINITY)", x -> x.norm(POSITIVE_INFINITY));
    ofOne("x.std()", x -> x.std());
    ofOne("x.var()", x -> x.var());
    ofOne("x.prod()", x -> x.prod());
    ofOne("x.prod(0)", x -> x.prod(0));
    ofOne("x.logsumexp(0)", x -> x.logsumexp(0));
    ofOne("x.softmax(0).get(0)", x -> x.softmax(0).get(0));
  }

  static {
    ofOne("x.sqrt()", x -> x.sqrt());
    ofOne("x.rsqrt()", x -> x.rsqrt());
    ofOne("x.reciprocal()", x -> x.reciprocal());
    ofOne("x.log()", x -> x.log());
    ofOne("x.log1p()", x -> x.log1p());
    ofOne("x.pow(0)", x -> x.pow(0));
    ofOne("x.pow(0.5)", x -> x.pow(0.5));
    ofOne("x.pow(1)", x -> x.pow(1));
    ofOne("x.pow(1.5)", x -> x.pow(1.5));
    ofOne("x.pow(2)", x -> x.pow(2));
    ofOne("x.pow(-1)", x -> x.pow(-1));
  }

  private record Row(String call, double[][] at, double[][] gradients) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      String[] cells = line.split("\\|");
      if (cells.length >= 4 && cells[1].strip().startsWith("`")) {
        rows.add(new Row(cells[1].strip().replace("`", ""), numbers(cells[2]), numbers(cells[3])));
      }
    }
    return rows;
  }

  private static double[][] numbers(String cell) {
    return Arrays.stream(cell.split(";"))
        .map(v -> Arrays.stream(v.split(",")).mapToDouble(SubgradientsTest::number).toArray())
        .toArray(double[][]::new);
  }

  private static double number(String text) {
    return switch (text.strip()) {
      case "nan" -> Double.NaN;
      case "inf" -> POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  @Test
  void eachRowIsSo() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Row row : rows()) {
      Tensor[] in = Arrays.stream(row.at).map(this::leaf).toArray(Tensor[]::new);
      Tensor y = requireNonNull(CALLS.get(row.call), row.call).apply(in);
      y.backward(ones(y.shape().toArray()));
      for (int i = 0; i < in.length; i++) {
        double[] found = Expect.gradOf(in[i]).toDoubleArray();
        if (!agree(row.gradients[i], found)) {
          wrong.add(row.call + " at " + Arrays.toString(row.at[i]) + ": " + Arrays.toString(found));
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  private static boolean agree(double[] expected, double[] found) {
    boolean agree = expected.length == found.length;
    for (int i = 0; agree && i < expected.length; i++) {
      agree =
          Double.isFinite(expected[i])
              ? Math.abs(expected[i] - found[i]) <= 1e-4
              : Double.compare(expected[i], found[i]) == 0;
    }
    return agree;
  }

  @Test
  void thePageHasARowForEachCallAndACallForEachRow() throws IOException {
    Set<String> named = new HashSet<>();
    rows().forEach(r -> named.add(r.call));
    assertEquals(CALLS.keySet(), named);
  }

  @Test
  void withStrictZerosTheBranchNotTakenHasNoSay() {
    Map<String, UnaryOperator<Tensor>> branches = new LinkedHashMap<>();
    branches.put("sqrt", x -> x.sqrt());
    branches.put("log", x -> x.log());
    branches.put("reciprocal", x -> x.reciprocal());
    branches.put("power", x -> x.pow(0.5));
    branches.put("quotient", x -> x.div(x));
    branches.put("chain", x -> x.sqrt().log().exp().div(x));
    branches.forEach((name, f) -> {
      Tensor x = leaf(0, 4);
      Tensor other = leaf(0, 4);
      where(x.gt(0), f.apply(x), 0).sum().backward();
      where(other.gt(0), f.apply(other), 0).backward(ones(2), GradOption.STRICT_ZEROS);
      double[] plain = Expect.gradOf(x).toDoubleArray();
      double[] strict = Expect.gradOf(other).toDoubleArray();
      assertTrue(Double.isNaN(plain[0]), name + " without: " + plain[0]);
      assertArrayEquals(new double[] {0, plain[1]}, strict, 1e-6, name);
    });
  }

  @Test
  void strictZerosHoldForOnePass() {
    Tensor x = leaf(0);
    Tensor y = where(x.gt(0), x.sqrt(), 0).sum();
    y.backward(GradOption.STRICT_ZEROS, GradOption.RETAIN_GRAPH);
    assertFalse(Double.isNaN(Expect.gradOf(x).item()));
    y.backward();
    assertTrue(Double.isNaN(Expect.gradOf(x).item()));
  }

  @Test
  void secondDerivativesUnderStrictZerosAreRightToo() {
    Tensor x = leaf(0, 4);
    Tensor y = where(x.gt(0), x.pow(1.5), 0).sum();
    Tensor slope = Autograd.grad(y, x, GradOption.CREATE_GRAPH, GradOption.STRICT_ZEROS);
    Expect.values(slope.detach(), 0, 3);
    slope.backward(ones(2), GradOption.STRICT_ZEROS);
    Expect.values(x.grad(), 0, 0.375);
  }
}
