package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Kernels;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Products of vectors and matrices. Operands are read where they lie if their rows or columns are
/// dense, so a transposed matrix is not copied. Arguments were checked by [ProductArguments].
public final class Products {
  /// A group of the kernel makes a square of the result with this side.
  private static final long SIDE = 64;

  private static final String KERNEL = "matmul";

  /// The same for one column, where a device has a way of its own.
  private static final String OF_VECTOR = "matmul_vector";

  private Products() {}

  /// a b for matrices, or batches of them as dimension 0, added to what `into` holds if it is given.
  /// Halves are multiplied and added up in float32, by the device if it can.
  private static Tensor multiply(Tensor a, Tensor b, @Nullable Tensor into) {
    if (a.dtype().isHalf() && !Kernels.has(KERNEL, a)) {
      Tensor sum = into == null ? null : into.to(DType.FLOAT32);
      return multiply(a.to(DType.FLOAT32), b.to(DType.FLOAT32), sum).to(a.dtype());
    }
    int rank = a.dim();
    long m = a.size(-2);
    long n = b.size(-1);
    Shape shape = rank == 3 ? Shape.of(a.size(0), m, n) : Shape.of(m, n);
    Tensor c = into == null ? Kernels.empty(a, shape, a.dtype()) : into;
    write(a, b, c, into != null);
    return c;
  }

  private static Tensor timesVector(Tensor a, Tensor b) {
    if (Kernels.has(OF_VECTOR, a)) {
      Tensor c = Kernels.empty(a, Shape.of(a.size(0)), a.dtype());
      call("mv", OF_VECTOR, a, b.unsqueeze(1), c, false);
      return c;
    }
    return Kernels.fold(Reducer.SUM, a.mul(b), new int[] {1}, false, a.dtype());
  }

  /// Writes a b over a contiguous tensor, or adds it to what that holds; for matrices, or batches of
  /// them as dimension 0.
  public static void write(Tensor a, Tensor b, Tensor into, boolean accumulate) {
    call(a.dim() == 3 ? "bmm" : "mm", KERNEL, a, b, into, accumulate);
  }

  private static void call(
      String op, String kernel, Tensor a, Tensor b, Tensor into, boolean accumulate) {
    int rank = a.dim();
    long batch = rank == 3 ? a.size(0) : 1;
    long m = a.size(-2);
    long n = b.size(-1);
    long k = a.size(-1);
    Tensor left = strides(a) == null ? Dispatch.copy(a) : a;
    Tensor right = strides(b) == null ? Dispatch.copy(b) : b;
    long[] l = requireNonNull(strides(left));
    long[] r = requireNonNull(strides(right));
    long[] sizes = {batch, m, n, k, l[0], l[1], l[2], r[0], r[1], r[2], accumulate ? 1 : 0};
    Kernels.call(
        op,
        kernel,
        a.dtype(),
        List.of(left, right),
        List.of(into),
        false,
        sizes,
        batch * Math.ceilDiv(m, SIDE) * Math.ceilDiv(n, SIDE),
        Math.min(m, SIDE) * Math.min(n, SIDE) * Math.max(k, 1));
  }

  /// The steps to the next matrix, row and column, one of the last two being 1 and the other long
  /// enough for a BLAS; null for any other layout.
  private static long @Nullable [] strides(Tensor t) {
    Layout layout = ((EagerTensor) t).layout();
    long rows = layout.shape().size(-2);
    long columns = layout.shape().size(-1);
    long row = layout.stride(-2);
    long column = layout.stride(-1);
    long batch = t.dim() == 3 ? layout.stride(0) : 0;
    if ((column == 1 || columns <= 1) && (row >= columns || rows <= 1)) {
      return new long[] {batch, rows <= 1 ? Math.max(1, columns) : row, 1};
    }
    if ((row == 1 || rows <= 1) && (column >= rows || columns <= 1)) {
      return new long[] {batch, 1, columns <= 1 ? Math.max(1, rows) : column};
    }
    return null;
  }

  /// Whether a matrix is the transpose of a dense one, so that its gradient should be too.
  static boolean isTransposed(Tensor t) {
    Layout layout = ((EagerTensor) t).layout();
    return !layout.isContiguous() && layout.permute(1, 0).isContiguous();
  }

  /// aᵀ g, laid out as the operand that it is the gradient of.
  private static Tensor ofSecond(Tensor a, Tensor g, boolean transposed) {
    return transposed ? g.t().mm(a).t() : a.t().mm(g);
  }

  private static int crosswise(boolean[] needs, int first, int second) {
    return (needs[first] ? 1 << second : 0) | (needs[second] ? 1 << first : 0);
  }

  /// Σ aᵢ bᵢ of two vectors.
  public record Dot() implements Compute {
    @Override
    public String node() {
      return "DotBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "tensor");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor a = inputs.get(0);
      Tensor product = a.mul(inputs.get(1));
      return List.of(Kernels.fold(Reducer.SUM, product, new int[] {0}, false, a.dtype()));
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs, 0, 1);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          saved.needs(0) ? g.mul(saved.input(1)) : null,
          saved.needs(1) ? g.mul(saved.input(0)) : null);
    }
  }

  /// A matrix times a vector: by the device's own kernel, or a fold of the products.
  public record Mv() implements Compute {
    @Override
    public String node() {
      return "MvBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "vec");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(timesVector(inputs.get(0), inputs.get(1)));
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs, 0, 1);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          saved.needs(0) ? g.unsqueeze(1).mul(saved.input(1)) : null,
          saved.needs(1) ? saved.input(0).t().mv(g) : null);
    }
  }

  /// A matrix times a matrix.
  ///
  /// @param transposed whether the second is the transpose of a dense matrix
  public record Mm(boolean transposed) implements Compute {
    @Override
    public String node() {
      return "MmBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "mat2");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(multiply(inputs.get(0), inputs.get(1), null));
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs, 0, 1);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          saved.needs(0) ? g.mm(saved.input(1).t()) : null,
          saved.needs(1) ? ofSecond(saved.input(0), g, transposed) : null);
    }
  }

  /// Matrices times matrices, one pair for each index of dimension 0.
  public record Bmm() implements Compute {
    @Override
    public String node() {
      return "BmmBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "mat2");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(multiply(inputs.get(0), inputs.get(1), null));
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs, 0, 1);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          saved.needs(0) ? g.bmm(saved.input(1).transpose(1, 2)) : null,
          saved.needs(1) ? saved.input(0).transpose(1, 2).bmm(g) : null);
    }
  }

  /// A bias, stretched, plus a matrix times a matrix, added up in one place.
  ///
  /// @param transposed whether the second matrix is the transpose of a dense one
  public record Addmm(boolean transposed) implements Compute {
    @Override
    public String node() {
      return "AddmmBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "mat1", "mat2");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor a = inputs.get(1);
      Tensor b = inputs.get(2);
      Tensor sum = Dispatch.copy(inputs.get(0).expand(a.size(0), b.size(1)));
      return List.of(multiply(a, b, sum));
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs, 1, 2);
    }

    /// The pass itself sums the bias's gradient to its shape.
    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          g,
          saved.needs(1) ? g.mm(saved.input(2).t()) : null,
          saved.needs(2) ? ofSecond(saved.input(1), g, transposed) : null);
    }
  }
}
