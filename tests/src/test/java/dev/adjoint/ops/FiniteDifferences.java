package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Devices;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.Elements;
import dev.adjoint.ops.cases.GoldenCase;
import dev.adjoint.ops.cases.GoldenFile;
import dev.adjoint.ops.cases.HostTensor;
import dev.adjoint.ops.cases.Inputs;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Derivatives agree with what small steps of the inputs do to the results, in float64.
final class FiniteDifferences {

  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 2e-5;
  private static final int ELEMENTS = 64;
  private static final int CASES = 12;

  record Row(OpCase row, Device device) {
    @Override
    public String toString() {
      return row.op() + " on " + device;
    }
  }

  private FiniteDifferences() {}

  /// The differentiable ones of some rows, on the devices that are present.
  static List<Row> of(List<OpCase> rows) {
    List<Row> out = new ArrayList<>();
    for (Device device : Devices.present()) {
      for (OpCase row : rows) {
        if (!differentiable(row).isEmpty()) {
          out.add(new Row(row, device));
        }
      }
    }
    return out;
  }

  static void checkFirst(Row row) {
    List<String> found = new ArrayList<>();
    for (GoldenCase golden : differentiable(row.row())) {
      Subject subject = new Subject(row.row(), golden, row.device());
      subject.check("derivative", subject::value, subject.gradient(golden.inputs()), found);
    }
    assertTrue(found.isEmpty(), () -> row + ":\n  " + String.join("\n  ", found));
  }

  static void checkSecond(Row row) {
    List<String> found = new ArrayList<>();
    for (GoldenCase golden : differentiable(row.row())) {
      Subject subject = new Subject(row.row(), golden, row.device());
      subject.check("second derivative", subject::slope, subject.second(), found);
    }
    assertTrue(found.isEmpty(), () -> row + ":\n  " + String.join("\n  ", found));
  }

  static List<GoldenCase> differentiable(OpCase row) {
    return GoldenFile.cases().getOrDefault(row.op(), List.of()).stream()
        .filter(golden -> golden.followsType() && golden.hasSecond())
        .filter(golden -> golden.inputs().stream().allMatch(i -> i.values().length <= ELEMENTS))
        .limit(CASES)
        .toList();
  }

  /// A case as a function of all its inputs that returns one number.
  private record Subject(OpCase row, GoldenCase golden, Device device) {

    /// Compares a derivative with the quotient of differences of a function, element by element.
    void check(
        String what,
        ToDoubleFunction<List<HostTensor>> function,
        List<double[]> derivative,
        List<String> found) {
      int compared = 0;
      for (int i = 0; i < golden.inputs().size(); i++) {
        if (golden.inputs().get(i).differentiated()) {
          for (int j = 0; j < golden.inputs().get(i).values().length; j++) {
            double slope = quotient(function, i, j);
            double got = derivative.get(i)[j];
            if (!(Math.abs(slope - got) <= TOLERANCE * (1 + Math.abs(slope)))) {
              found.add(
                  golden.name()
                      + " "
                      + what
                      + " of input "
                      + i
                      + " at "
                      + j
                      + ": got "
                      + got
                      + ", a small step says "
                      + slope);
            }
            compared++;
          }
        }
      }
      assertFalse(compared == 0 && !golden.name().contains("empty"), golden + " checks nothing");
    }

    private double quotient(ToDoubleFunction<List<HostTensor>> function, int input, int element) {
      return (function.applyAsDouble(stepped(input, element, STEP))
              - function.applyAsDouble(stepped(input, element, -STEP)))
          / (2 * STEP);
    }

    private List<HostTensor> stepped(int input, int element, double step) {
      List<HostTensor> out = new ArrayList<>(golden.inputs());
      double[] values = out.get(input).values().clone();
      values[element] += step;
      out.set(input, out.get(input).with(values));
      return out;
    }

    /// The results weighted with the case's cotangents.
    double value(List<HostTensor> at) {
      try (Scope _ = Scope.open()) {
        return weighted(call(build(at, false)), golden.cotangents());
      }
    }

    /// The gradients weighted with the case's directions.
    double slope(List<HostTensor> at) {
      double sum = 0;
      List<double[]> gradients = gradient(at);
      for (int i = 0; i < gradients.size(); i++) {
        sum += dot(gradients.get(i), golden.directions().get(i));
      }
      return sum;
    }

    List<double[]> gradient(List<HostTensor> at) {
      try (Scope _ = Scope.open()) {
        List<Tensor> inputs = build(at, true);
        return download(derivatives().first(call(inputs), inputs));
      }
    }

    List<double[]> second() {
      try (Scope _ = Scope.open()) {
        List<Tensor> inputs = build(golden.inputs(), true);
        List<Tensor> first = derivatives().first(call(inputs), inputs);
        return download(derivatives().second(first, inputs));
      }
    }

    private Derivatives derivatives() {
      return new Derivatives(golden, DType.FLOAT64, device);
    }

    private List<Tensor> call(List<Tensor> inputs) {
      return row.call().apply(new Inputs(inputs, golden.args()));
    }

    private List<Tensor> build(List<HostTensor> at, boolean differentiated) {
      List<Tensor> out = new ArrayList<>();
      for (HostTensor host : at) {
        Tensor tensor = Arrangement.CONTIGUOUS.build(host, host.type(DType.FLOAT64), device);
        out.add(differentiated && host.differentiated() ? tensor.requiresGrad_() : tensor);
      }
      return out;
    }

    private double weighted(List<Tensor> results, List<double[]> weights) {
      double sum = 0;
      for (int i = 0; i < results.size(); i++) {
        if (weights.get(i) != null) {
          sum += dot(Elements.download(results.get(i)), weights.get(i));
        }
      }
      return sum;
    }

    private List<double[]> download(List<Tensor> tensors) {
      List<double[]> out = new ArrayList<>();
      for (int i = 0; i < tensors.size(); i++) {
        int count = golden.inputs().get(i).values().length;
        out.add(tensors.get(i) == null ? new double[count] : Elements.download(tensors.get(i)));
      }
      return out;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; b != null && i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }
}
