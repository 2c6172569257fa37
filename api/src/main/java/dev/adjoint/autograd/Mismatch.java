package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Says where two Jacobians differ most, by how much, and whether the function bends there.
///
/// @param numerical by element of the input, then of the output
/// @param analytical as numerical
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record Mismatch(
    Comparison comparison,
    GradCheck options,
    int output,
    int input,
    Tensor y,
    Tensor x,
    double[][] numerical,
    double[][] analytical) {

  /// Steps this many times smaller tell a bend from a curve, whose slopes come together.
  private static final double CLOSER = 4;

  String message() {
    int worst = 0;
    int row = 0;
    int wrong = 0;
    double most = -1;
    for (int j = 0; j < numerical.length; j++) {
      for (int r = 0; r < numerical[j].length; r++) {
        if (!comparison.close(analytical[j][r], numerical[j][r])) {
          wrong++;
          double error = relative(analytical[j][r], numerical[j][r]);
          if (!(error <= most)) {
            most = error;
            worst = j;
            row = r;
          }
        }
      }
    }
    boolean exact = x.dtype() == DType.FLOAT64;
    String bend = exact ? bend(worst, row) : null; // rounding alone looks like a kink
    return "Jacobian mismatch for output "
        + output
        + " with respect to input "
        + input
        + ",\nnumerical:"
        + Comparison.matrix(numerical)
        + "\nanalytical:"
        + Comparison.matrix(analytical)
        + place(worst, row, most, wrong)
        + (bend == null ? "" : bend)
        + precision();
  }

  private String place(int worst, int row, double most, int wrong) {
    return "\nAt output element "
        + index(row, y.shape())
        + " and input element "
        + index(worst, x.shape())
        + " the numerical value is "
        + numerical[worst][row]
        + ", the analytical one "
        + analytical[worst][row]
        + ", relative error "
        + most
        + " (allowed: "
        + options.atol()
        + " + "
        + options.rtol()
        + " relative); "
        + wrong
        + " of "
        + (long) numerical.length * numerical[0].length
        + " differ.";
  }

  private static double relative(double a, double b) {
    return Math.abs(a - b) / Math.max(Math.max(Math.abs(a), Math.abs(b)), Double.MIN_NORMAL);
  }

  /// Whether the slopes of both sides stay apart, or the quotient moves, when steps get smaller.
  private @Nullable String bend(int column, int row) {
    double[] wide = comparison.sides(output, input, column, row, options.eps());
    double[] near = comparison.sides(output, input, column, row, options.eps() / CLOSER);
    double apart = Math.abs(near[1] - near[0]);
    boolean kink = !comparison.close(near[0], near[1]) && apart > Math.abs(wide[1] - wide[0]) / 2;
    if (kink) {
      return "\nThe function has a kink or a jump there: its slope is "
          + near[0]
          + " below and "
          + near[1]
          + " above, so its derivative is a matter of convention. Check at another point.";
    }
    double before = (wide[0] + wide[1]) / 2;
    double after = (near[0] + near[1]) / 2;
    return comparison.close(before, after)
        ? null
        : "\nWith a quarter of the step the numerical value is "
            + after
            + ": there is a kink nearby, or the step is too large. Check at another point, or with a smaller"
            + " eps.";
  }

  private String precision() {
    return x.dtype() == DType.FLOAT64
        ? ""
        : "\nInput #"
            + input
            + " requires gradient and is not a double precision floating point or complex. This check will"
            + " likely fail if all the inputs are not of double precision floating point or complex.";
  }

  private static String index(int flat, Shape shape) {
    long[] index = new long[shape.rank()];
    long rest = flat;
    for (int d = index.length - 1; d >= 0; d--) {
      index[d] = rest % shape.size(d);
      rest /= shape.size(d);
    }
    return Arrays.toString(index);
  }
}
