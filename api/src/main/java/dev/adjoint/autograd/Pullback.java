package dev.adjoint.autograd;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Vectors carried back through results that were recorded, with zeros where nothing arrives.
final class Pullback {
  private static final GradOption[] RECORDED = {
    GradOption.CREATE_GRAPH, GradOption.MATERIALIZE_GRADS
  };
  private static final GradOption[] PLAIN = {GradOption.RETAIN_GRAPH, GradOption.MATERIALIZE_GRADS};

  private Pullback() {}

  /// Gradients with zeros where there is none; results outside the graph give none. The graph stays.
  static List<Tensor> of(
      List<? extends Tensor> y,
      List<? extends Tensor> at,
      List<? extends Tensor> v,
      boolean create) {
    return walk(y, at, v, create ? RECORDED : PLAIN);
  }

  /// As [#of], of a graph that is not walked again: it gives back what it saved.
  static List<Tensor> last(
      List<? extends Tensor> y, List<? extends Tensor> at, List<? extends Tensor> v) {
    return walk(y, at, v, GradOption.MATERIALIZE_GRADS);
  }

  private static List<Tensor> walk(
      List<? extends Tensor> y,
      List<? extends Tensor> at,
      List<? extends Tensor> v,
      GradOption... options) {
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> vectors = new ArrayList<>();
    for (int o = 0; o < y.size(); o++) {
      if (y.get(o).requiresGrad()) {
        roots.add(y.get(o));
        vectors.add(v.get(o));
      }
    }
    if (roots.isEmpty()) {
      return at.stream().map(Tensors::zerosLike).toList();
    }
    return Autograd.grad(roots, at, vectors, options).stream()
        .map(Objects::requireNonNull)
        .toList();
  }

  /// One walk for each slice of the vectors' first dimension, stacked.
  static List<Tensor> batched(
      List<? extends Tensor> y,
      List<? extends Tensor> at,
      List<? extends Tensor> vectors,
      boolean create) {
    requireBatches(y, vectors);
    int n = vectors.isEmpty() ? 0 : (int) vectors.getFirst().size(0);
    List<List<Tensor>> columns = new ArrayList<>();
    at.forEach(t -> columns.add(new ArrayList<>()));
    for (int r = 0; r < n; r++) {
      int row = r;
      List<Tensor> v = vectors.stream().map(t -> t.select(0, row)).toList();
      List<Tensor> g = of(y, at, v, create);
      for (int i = 0; i < g.size(); i++) {
        columns.get(i).add(g.get(i));
      }
    }
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Tensor like = at.get(i);
      long[] none = concatenated(new long[] {0}, like.shape().toArray());
      out.add(
          n == 0
              ? Tensors.zeros(Tensors.shape(none), like.dtype(), like.device())
              : Tensors.stack(columns.get(i), 0));
    }
    return out;
  }

  private static void requireBatches(List<? extends Tensor> y, List<? extends Tensor> vectors) {
    if (y.size() != vectors.size()) {
      throw new GraphException("got " + y.size() + " tensors and " + vectors.size() + " gradients");
    }
    for (int i = 0; i < y.size(); i++) {
      long[] v = vectors.get(i).shape().toArray();
      long[] of = y.get(i).shape().toArray();
      boolean batched = v.length > 0 && Arrays.equals(Arrays.copyOfRange(v, 1, v.length), of);
      if (!batched || v[0] != vectors.getFirst().size(0)) {
        throw new ShapeException(
            "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch"
                + " dimension. The sizes of the remaining dimensions are expected to match the shape of"
                + " corresponding output, but a mismatch was detected: grad_output["
                + i
                + "] has a shape of torch.Size("
                + vectors.get(i).shape()
                + ") and output["
                + i
                + "] has a shape of torch.Size("
                + y.get(i).shape()
                + "). The first dimension is the same for all.");
      }
    }
  }

  /// The user's vector, or 1 for a single element.
  static List<? extends Tensor> vector(@Nullable List<? extends Tensor> v, List<Tensor> like) {
    if (v == null) {
      if (like.size() != 1 || like.getFirst().numel() != 1) {
        throw new GraphException(
            "The vector v can only be None if the user-provided function returns a single Tensor with a"
                + " single element.");
      }
      return List.of(Tensors.onesLike(like.getFirst()));
    }
    if (v.size() != like.size()) {
      throw new GraphException(
          "v is a tuple of invalid length: should be "
              + like.size()
              + " but got "
              + v.size()
              + ".");
    }
    for (int i = 0; i < v.size(); i++) {
      if (!v.get(i).shape().equals(like.get(i).shape())) {
        throw new ShapeException(
            "Entry "
                + i
                + " in v has invalid size: should be "
                + like.get(i).shape()
                + " but got "
                + v.get(i).shape()
                + ".");
      }
    }
    return v;
  }

  static long[] concatenated(long[] a, long[] b) {
    return LongStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
  }
}
