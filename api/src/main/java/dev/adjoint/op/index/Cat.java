package dev.adjoint.op.index;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tensors one after the other along a dimension.
///
/// @param sizes along it; -1 for a 1-d empty tensor, of which only the type counts
public record Cat(int dim, List<Long> sizes) implements Compute {
  @Override
  public String node() {
    return "CatBackward0";
  }

  @Override
  public boolean takesHalves() {
    return true;
  }

  @Override
  public List<Tensor> forward(List<Tensor> inputs) {
    DType type = DType.BOOL;
    long total = 0;
    Tensor some = inputs.getFirst();
    for (int i = 0; i < inputs.size(); i++) {
      type = type.promote(inputs.get(i).dtype());
      some = sizes.get(i) < 0 ? some : inputs.get(i);
      total += Math.max(0, sizes.get(i));
    }
    long[] shape = some.shape().toArray();
    shape[dim] = total;
    Tensor out = Kernels.emptyBeside(some, Shape.of(shape), type);
    long at = 0;
    for (int i = 0; i < inputs.size(); i++) {
      if (sizes.get(i) > 0) {
        out.narrow(dim, at, sizes.get(i)).copy_(inputs.get(i));
        at += sizes.get(i);
      }
    }
    return List.of(out);
  }

  @Override
  public int saves(boolean[] needs) {
    return Derivative.NOTHING;
  }

  @Override
  public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
    Tensor g = requireNonNull(gradients.getFirst());
    List<@Nullable Tensor> out = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < sizes.size(); i++) {
      long size = sizes.get(i);
      if (!saved.needs(i)) {
        out.add(null);
      } else if (size < 0) {
        out.add(Tensors.zeros(Shape.of(0), g.dtype(), g.device()));
      } else {
        out.add(g.narrow(dim, at, size));
      }
      at += Math.max(0, size);
    }
    return out;
  }

  /// Concatenates; all sizes but one agree. 1-d empty tensors fit any, as in PyTorch still: their type
  /// counts, and their gradient is as empty.
  public static Tensor of(List<? extends Tensor> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new ShapeException("torch.cat(): expected a non-empty list of Tensors");
    }
    Tensor first = tensors.getFirst();
    for (int i = 1; i < tensors.size() && isNothing(first); i++) {
      first = isNothing(tensors.get(i)) ? first : tensors.get(i);
    }
    if (first.dim() == 0) {
      throw new ShapeException(
          "zero-dimensional tensor (at position 0) cannot be concatenated. Use stack.");
    }
    int d = first.shape().dim(dim);
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      Tensor t = tensors.get(i);
      boolean skipped = isNothing(t) && first.dim() != 1;
      if (!skipped) {
        requireFits(first.shape(), t.shape(), d, i);
      }
      sizes.add(skipped ? -1 : t.size(d));
    }
    return Dispatch.single(new Cat(d, List.copyOf(sizes)), tensors.toArray(Tensor[]::new));
  }

  private static boolean isNothing(Tensor t) {
    return t.dim() == 1 && t.numel() == 0;
  }

  private static void requireFits(Shape first, Shape other, int dim, int position) {
    if (first.rank() != other.rank()) {
      throw new ShapeException(
          "Tensors must have same number of dimensions: got "
              + first.rank()
              + " and "
              + other.rank());
    }
    for (int d = 0; d < first.rank(); d++) {
      if (d != dim && first.size(d) != other.size(d)) {
        throw new ShapeException(
            "Sizes of tensors must match except in dimension "
                + dim
                + ". Expected size "
                + first.size(d)
                + " but got size "
                + other.size(d)
                + " for tensor number "
                + position
                + " in the list.");
      }
    }
  }
}
