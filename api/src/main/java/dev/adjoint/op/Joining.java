package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tensors into one tensor and back, with kernels in both directions.
public final class Joining {
  /// How many pieces one launch of the pack and unpack kernels takes.
  private static final int PIECES = 16;

  /// How many elements of each piece a group of them moves.
  private static final long BLOCK = 1024;

  private Joining() {}

  /// Gathers the gradients of an unbind; absent ones are zeros.
  static Tensor pack(List<@Nullable Tensor> pieces, Shape whole, int dim) {
    return Dispatch.single(new Pack(dim, whole, present(pieces)), given(pieces));
  }

  private static List<Boolean> present(List<@Nullable Tensor> pieces) {
    List<Boolean> out = new ArrayList<>();
    pieces.forEach(p -> out.add(p != null));
    return List.copyOf(out);
  }

  private static Tensor[] given(List<@Nullable Tensor> pieces) {
    return pieces.stream().filter(p -> p != null).toArray(Tensor[]::new);
  }

  private static long before(Shape shape, int dim) {
    long n = 1;
    for (int d = 0; d < dim; d++) {
      n *= shape.size(d);
    }
    return n;
  }

  private static long after(Shape shape, int dim) {
    long n = 1;
    for (int d = dim + 1; d < shape.rank(); d++) {
      n *= shape.size(d);
    }
    return n;
  }

  /// Pieces side by side along a new dimension; the inputs are those that are present, the others are
  /// zeros.
  public record Pack(int dim, Shape whole, List<Boolean> present) implements Compute {
    @Override
    public String node() {
      return "StackBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor first = inputs.getFirst();
      DType type = first.dtype();
      Tensor out = Kernels.emptyBeside(first, whole, type);
      long outer = before(whole, dim);
      long inner = after(whole, dim);
      int next = 0;
      for (int from = 0; from < present.size(); from += PIECES) {
        int count = Math.min(PIECES, present.size() - from);
        List<Tensor> pieces = new ArrayList<>();
        long mask = 0;
        for (int p = 0; p < count; p++) {
          boolean there = present.get(from + p);
          mask |= there ? 1L << p : 0;
          pieces.add(there ? inputs.get(next++).contiguous() : first.contiguous());
        }
        long[] sizes = {outer, present.size(), inner, from, count, mask};
        Kernels.call(
            "stack",
            "pack",
            type,
            pieces,
            List.of(out),
            false,
            sizes,
            Math.ceilDiv(outer * inner, BLOCK),
            Math.min(outer * inner, BLOCK) * count);
      }
      return List.of(out);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      List<@Nullable Tensor> out = new ArrayList<>();
      Tensor g = java.util.Objects.requireNonNull(gradients.getFirst());
      for (int i = 0; i < present.size(); i++) {
        if (present.get(i)) {
          out.add(g.select(dim, i));
        }
      }
      return out;
    }
  }

  /// Every index of a dimension in memory of its own.
  public record Unpack(int dim) implements Compute {
    @Override
    public String node() {
      return "UnbindCopyBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst().contiguous();
      long count = x.size(dim);
      List<Tensor> out = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        out.add(Kernels.emptyBeside(x, x.select(dim, 0).shape(), x.dtype()));
      }
      long outer = before(x.shape(), dim);
      long inner = after(x.shape(), dim);
      for (int from = 0; from < count; from += PIECES) {
        int pieces = (int) Math.min(PIECES, count - from);
        long[] sizes = {outer, count, inner, from, pieces};
        Kernels.call(
            "unbind_copy",
            "unpack",
            x.dtype(),
            List.of(x),
            out.subList(from, from + pieces),
            false,
            sizes,
            Math.ceilDiv(outer * inner, BLOCK),
            Math.min(outer * inner, BLOCK) * pieces);
      }
      return out;
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      List<@Nullable Tensor> out = new ArrayList<>();
      out.add(pack(gradients, saved.shape(0), dim));
      return out;
    }
  }

  /// Concatenates along a new dimension.
  public static Tensor stack(List<? extends Tensor> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new ShapeException("stack expects a non-empty TensorList");
    }
    Shape piece = tensors.getFirst().shape();
    DType type = DType.BOOL;
    for (int i = 0; i < tensors.size(); i++) {
      if (!tensors.get(i).shape().equals(piece)) {
        throw new ShapeException(
            "stack expects each tensor to be equal size, but got "
                + piece
                + " at entry 0 and "
                + tensors.get(i).shape()
                + " at entry "
                + i);
      }
      type = type.promote(tensors.get(i).dtype());
    }
    int d = Shape.dim(dim, piece.rank() + 1);
    long[] whole = new long[piece.rank() + 1];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = i == d ? tensors.size() : piece.size(i < d ? i : i - 1);
    }
    List<@Nullable Tensor> pieces = new ArrayList<>();
    for (Tensor t : tensors) {
      pieces.add(t.to(type));
    }
    return pack(pieces, Shape.of(whole), d);
  }
}
