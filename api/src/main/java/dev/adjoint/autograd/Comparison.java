package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.function.UnaryOperator;

/// One run of a [GradCheck].
final class Comparison {
  private static final long SEED = 17;

  private final GradCheck options;
  private final Subject subject;

  Comparison(
      GradCheck options, UnaryOperator<List<Tensor>> function, List<? extends Tensor> inputs) {
    this.options = options;
    this.subject = new Subject(function, validated(inputs));
  }

  private static List<? extends Tensor> validated(List<? extends Tensor> inputs) {
    if (inputs.stream().noneMatch(Tensor::requiresGrad)) {
      throw new GraphException(
          "gradcheck expects at least one input tensor to require gradient, but none of them have"
              + " requires_grad=True. Call requiresGrad_() on those to check.");
    }
    for (int i = 0; i < inputs.size(); i++) {
      Tensor t = inputs.get(i);
      long[] strides = t.stride();
      for (int d = 0; t.requiresGrad() && d < strides.length; d++) {
        if (strides[d] == 0 && t.size(d) > 1) {
          throw new GraphException(
              "The "
                  + i
                  + "th input has a dimension with stride 0. gradcheck only supports inputs that are"
                  + " non-overlapping to be able to compute the numerical gradients correctly. You should"
                  + " call .contiguous on the input before passing it to gradcheck.");
        }
      }
    }
    return inputs;
  }

  void check() {
    List<double[]> values = subject.values();
    requireEqual(values, subject.values());
    subject.recorded((results, leaves) -> {
      for (int o = 0; o < results.size(); o++) {
        if (results.get(o).dtype().isFloating()
            && !(options.fast() && agreesFast(o, results, leaves))) {
          compare(o, results.get(o), leaves);
        }
        requireLinear(results.get(o), leaves);
      }
    });
  }

  private void requireEqual(List<double[]> first, List<double[]> second) {
    for (int o = 0; o < first.size(); o++) {
      for (int r = 0; r < first.get(o).length; r++) {
        double a = first.get(o)[r];
        double b = second.get(o)[r];
        if (Math.abs(a - b) > options.nondetTol()) {
          throw new GraphException(
              "gradcheck: the function is not deterministic: called twice with the same input, output "
                  + o
                  + " was "
                  + a
                  + ", then "
                  + b
                  + " at element "
                  + r
                  + ". Seed what it draws inside the function.");
        }
      }
    }
  }

  /// Whether both derivatives agree along random directions of an output and each input.
  private boolean agreesFast(int output, List<Tensor> results, List<Tensor> leaves) {
    Tensor y = results.get(output);
    double[] u = Directions.random((int) y.numel(), SEED + output);
    List<double[]> pulled = y.requiresGrad() ? Subject.pull(y, leaves, Directions.of(u, y)) : null;
    for (int i = 0; i < subject.inputs(); i++) {
      if (subject.isChecked(i)) {
        double[] v = Directions.random(subject.elements(i), SEED * (i + 2));
        double numerical = dot(u, quotient(output, i, v, options.eps()));
        double analytical = pulled == null ? 0 : dot(pulled.get(i), v);
        if (!close(analytical, numerical)) {
          return false;
        }
      }
    }
    return true;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  boolean close(double analytical, double numerical) {
    return Math.abs(analytical - numerical) <= options.atol() + options.rtol() * Math.abs(numerical)
        || analytical == numerical;
  }

  private double[] quotient(int output, int input, double[] direction, double step) {
    double[] above = subject.stepped(input, direction, step).get(output);
    double[] below = subject.stepped(input, direction, -step).get(output);
    double[] out = new double[above.length];
    for (int r = 0; r < out.length; r++) {
      out[r] = (above[r] - below[r]) / (2 * step);
    }
    return out;
  }

  private void compare(int output, Tensor y, List<Tensor> leaves) {
    int rows = (int) y.numel();
    double[][][] analytical = new double[rows][][];
    for (int r = 0; y.requiresGrad() && r < rows; r++) {
      analytical[r] = Subject.pull(y, leaves, Directions.unit(y, r)).toArray(double[][]::new);
    }
    for (int i = 0; i < subject.inputs(); i++) {
      if (subject.isChecked(i)) {
        compare(output, i, y, analytical);
      }
    }
  }

  private void compare(int output, int input, Tensor y, double[][][] rows) {
    int columns = subject.elements(input);
    int count = (int) y.numel();
    double[][] numerical = new double[columns][];
    double[][] analytical = new double[columns][count];
    boolean agrees = true;
    for (int j = 0; j < columns; j++) {
      double[] direction = new double[columns];
      direction[j] = 1;
      numerical[j] = quotient(output, input, direction, options.eps());
      for (int r = 0; r < count; r++) {
        analytical[j][r] = y.requiresGrad() ? rows[r][input][j] : 0;
        agrees &= close(analytical[j][r], numerical[j][r]);
      }
    }
    if (!agrees && !y.requiresGrad()) {
      throw new GraphException(
          "Numerical gradient for function expected to be zero. Output "
              + output
              + " changes with input "
              + input
              + ", but is not recorded: was it detached, or computed inside noGrad?");
    }
    if (!agrees) {
      throw new GraphException(
          new Mismatch(this, options, output, input, y, subject.input(input), numerical, analytical)
              .message());
    }
  }

  /// The slopes to the left and to the right of an element of an input, in an element of an output.
  double[] sides(int output, int input, int column, int row, double step) {
    double[] direction = new double[subject.elements(input)];
    direction[column] = 1;
    double at = subject.values().get(output)[row];
    double above = subject.stepped(input, direction, step).get(output)[row];
    double below = subject.stepped(input, direction, -step).get(output)[row];
    return new double[] {(at - below) / step, (above - at) / step};
  }

  /// Backward gives the same twice, and zeros for zeros.
  private void requireLinear(Tensor y, List<Tensor> leaves) {
    if (!y.requiresGrad()) {
      return;
    }
    Tensor u = Directions.random(y, SEED);
    List<double[]> first = Subject.pull(y, leaves, u);
    List<double[]> second = Subject.pull(y, leaves, u);
    List<double[]> nothing = Subject.pull(y, leaves, Tensors.zerosLike(y));
    for (int i = 0; i < first.size(); i++) {
      for (int j = 0; j < first.get(i).length; j++) {
        if (Math.abs(first.get(i)[j] - second.get(i)[j]) > options.nondetTol()) {
          throw new GraphException(
              "Backward is not reentrant, i.e., running backward with same input and grad_output multiple"
                  + " times gives different values, although analytical gradient matches numerical gradient."
                  + "The tolerance for nondeterminism was "
                  + options.nondetTol()
                  + ". Input "
                  + i
                  + " got "
                  + first.get(i)[j]
                  + ", then "
                  + second.get(i)[j]
                  + " at element "
                  + j
                  + ".");
        }
        if (nothing.get(i)[j] != 0) {
          throw new GraphException(
              "backward not multiplied by grad_output: input "
                  + i
                  + " got "
                  + nothing.get(i)[j]
                  + " at element "
                  + j
                  + " from a gradient of zeros.");
        }
      }
    }
  }

  /// A matrix as it is printed.
  static Tensor matrix(double[][] rows) {
    return Tensors.tensor(rows, DType.FLOAT64, Tensors.device("cpu"));
  }
}
