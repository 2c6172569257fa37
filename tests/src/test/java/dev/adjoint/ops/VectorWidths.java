package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Devices;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.Bound;
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

/// An element's value depends on nothing but the elements at its place: neither on how many there
/// are, nor on where they lie; every comparison here is bitwise.
final class VectorWidths {

  private static final int[] SIZES = {1, 15, 16, 17, 31, 33, 255, 257, 1023, 1025, 65537};

  /// Prime, so that each value meets each place in a vector.
  private static final int DISTINCT = 61;

  record Row(OpCase row, Device device, DType type) {
    @Override
    public String toString() {
      return row.op() + " " + type + " on " + device;
    }
  }

  private VectorWidths() {}

  /// The elementwise ones of some rows, on the devices that are present.
  static List<Row> of(List<OpCase> rows) {
    List<Row> out = new ArrayList<>();
    for (Device device : Devices.present()) {
      for (OpCase row : rows) {
        if (row.elementwise() && model(row) != null) {
          out.add(new Row(row, device, DType.FLOAT32));
          out.add(new Row(row, device, DType.FLOAT64));
        }
      }
    }
    return out;
  }

  static void check(Row row) {
    List<String> found = new ArrayList<>();
    Subject subject = new Subject(row, model(row.row()));
    double[] alone = subject.alone();
    for (int size : SIZES) {
      double[] expected = cycled(alone, size);
      long[] vector = {size};
      for (Arrangement how : List.of(Arrangement.CONTIGUOUS, Arrangement.SLICED)) {
        subject.compare(how, vector, expected, false, found);
        if (row.row().inPlace() != null) {
          subject.compare(how, vector, expected, true, found);
        }
      }
      if (size % 3 == 0) {
        subject.compare(Arrangement.TRANSPOSED, new long[] {3, size / 3}, expected, false, found);
      }
    }
    assertTrue(found.isEmpty(), () -> row + ":\n  " + String.join("\n  ", found));
  }

  /// A smooth case whose inputs all have one shape, which shows the interval of each.
  private static GoldenCase model(OpCase row) {
    return GoldenFile.cases().getOrDefault(row.op(), List.of()).stream()
        .filter(golden -> golden.followsType() && golden.inputs().getFirst().rank() > 1)
        .filter(golden ->
            golden.inputs().stream()
                .allMatch(i -> i.values().length == golden.inputs().getFirst().values().length))
        .filter(golden -> golden.inputs().getFirst().values().length > 0)
        .findFirst()
        .orElse(null);
  }

  private static double[] cycled(double[] values, int size) {
    double[] out = new double[size];
    for (int i = 0; i < size; i++) {
      out[i] = values[i % values.length];
    }
    return out;
  }

  private record Subject(Row row, GoldenCase model) {

    /// The results of the distinct elements, each computed by itself.
    double[] alone() {
      double[] out = new double[DISTINCT];
      for (int i = 0; i < DISTINCT; i++) {
        try (Scope _ = Scope.open()) {
          List<Tensor> inputs = new ArrayList<>();
          for (int k = 0; k < model.inputs().size(); k++) {
            double[] one = {distinct(k)[i]};
            inputs.add(build(k, new long[] {1}, one, Arrangement.CONTIGUOUS));
          }
          out[i] = Elements.download(call(inputs, false))[0];
        }
      }
      return out;
    }

    void compare(
        Arrangement how, long[] shape, double[] expected, boolean inPlace, List<String> found) {
      String where = (inPlace ? "in place " : "") + how + " of " + expected.length;
      try (Scope _ = Scope.open()) {
        List<Tensor> inputs = new ArrayList<>();
        for (int k = 0; k < model.inputs().size(); k++) {
          inputs.add(build(k, shape, cycled(distinct(k), expected.length), how));
        }
        if (inPlace && inputs.getFirst().dtype() != row.type()) {
          return;
        }
        Tensor got = Tensors.noGrad(() -> call(inputs, inPlace));
        Comparison bits = new Comparison(where, got.dtype(), Bound.EXACT, true);
        found.addAll(bits.differences(got, shape, expected));
      } catch (RuntimeException e) {
        found.add(where + ": threw " + e);
      }
    }

    private Tensor call(List<Tensor> tensors, boolean inPlace) {
      Inputs inputs = new Inputs(tensors, model.args());
      OpCase op = row.row();
      return inPlace ? op.inPlace().apply(inputs) : op.call().apply(inputs).getFirst();
    }

    private Tensor build(int input, long[] shape, double[] values, Arrangement how) {
      HostTensor like = model.inputs().get(input);
      HostTensor host = new HostTensor(like.type(), shape, values, false, null);
      return how.build(host, like.type(row.type()), row.device());
    }

    /// Elements spread over the interval of the model's input; a mask keeps its own elements.
    private double[] distinct(int input) {
      HostTensor like = model.inputs().get(input);
      if (like.type() != null) {
        return cycled(like.values(), DISTINCT);
      }
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double value : like.values()) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      double[] out = new double[DISTINCT];
      for (int i = 0; i < DISTINCT; i++) {
        out[i] = (float) (low + (high - low) * (i * 7 % DISTINCT) / (DISTINCT - 1));
      }
      return out;
    }
  }
}
