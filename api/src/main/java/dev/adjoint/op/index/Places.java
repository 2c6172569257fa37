package dev.adjoint.op.index;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reading and writing at places that index tensors name together. The indexed dimensions become one,
/// and the index counts in it: inputs are the tensor, then the places as int64 of the index's shape.
///
/// @param dims the indexed dimensions
/// @param front whether the index's dimensions come first in the result, because the indexed ones are
///     not neighbours
/// @param shape of the index; it takes the indexed dimensions' place
public record Places(List<Integer> dims, boolean front, Shape shape) {

  private int[] order(int rank) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      if (!front || !dims.contains(d)) {
        order.add(d);
      }
    }
    if (front) {
      order.addAll(0, dims);
    }
    return ints(order);
  }

  private int first() {
    return front ? 0 : dims.getFirst();
  }

  private Shape ordered(Shape input) {
    return Shape.of(Arrays.stream(order(input.rank())).mapToLong(input::size).toArray());
  }

  /// The sizes before the indexed dimensions, of them together, and after them.
  private long[] lines(Shape input) {
    long[] out = {1, 1, 1};
    Shape ordered = ordered(input);
    for (int d = 0; d < ordered.rank(); d++) {
      out[d < first() ? 0 : d < first() + dims.size() ? 1 : 2] *= ordered.size(d);
    }
    return out;
  }

  /// The shape of what is read and written.
  public Shape result(Shape input) {
    Shape ordered = ordered(input);
    List<Long> sizes = new ArrayList<>();
    for (int d = 0; d <= ordered.rank(); d++) {
      if (d == first()) {
        Arrays.stream(shape.toArray()).forEach(sizes::add);
      }
      if (d < ordered.rank() && (d < first() || d >= first() + dims.size())) {
        sizes.add(ordered.size(d));
      }
    }
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /// As three dimensions, the indexed ones in the middle.
  private Tensor folded(Tensor x) {
    return (front ? x.permute(order(x.dim())) : x).reshape(lines(x.shape()));
  }

  private Tensor unfolded(Tensor folded, Shape input) {
    Tensor ordered = folded.reshape(ordered(input).toArray());
    if (!front) {
      return ordered;
    }
    int[] order = order(input.rank());
    int[] inverse = new int[order.length];
    for (int d = 0; d < order.length; d++) {
      inverse[order[d]] = d;
    }
    return ordered.permute(inverse);
  }

  /// The order in which PyTorch's result lies, null for row-major: that of elementwise work on both, where
  /// the tensor does not move along the index's dimensions, nor the index along the tensor's.
  private int @Nullable [] order(Tensor x, Tensor index) {
    Shape result = result(x.shape());
    if (x.isContiguous() && index.isContiguous() || result.elements() == 0) {
      return null;
    }
    Tensor read = front ? x.permute(order(x.dim())) : x;
    for (int i = 0; i < dims.size(); i++) {
      read = read.select(first(), 0);
    }
    for (int i = 0; i < shape.rank(); i++) {
      read = read.unsqueeze(first());
    }
    Tensor at = index;
    while (at.dim() < result.rank() - first()) {
      at = at.unsqueeze(-1);
    }
    long[] sizes = result.toArray();
    return Kernels.order(read.expand(sizes), at.expand(sizes));
  }

  private Tensor taken(Tensor x, Tensor index) {
    Tensor places = index.reshape(index.numel());
    return Lookups.select("index", folded(x), places, 1, result(x.shape()));
  }

  /// Made with the result's dimensions in an order. The index's are then as many places from the front as
  /// before: since no operand moves along one of them and one of the tensor's, those never change places.
  private Tensor taken(Tensor x, Tensor index, int[] order) {
    int[] own = order(x.dim());
    List<Integer> read = new ArrayList<>();
    int[] counted = new int[shape.rank()];
    for (int i = 0; i < order.length; i++) {
      if (i >= first() && i < first() + counted.length) {
        counted[i - first()] = order[i] - first();
      } else {
        read.add(own[order[i] < first() ? order[i] : order[i] - counted.length + dims.size()]);
      }
    }
    read.addAll(first(), dims);
    List<Integer> places = IntStream.range(first(), first() + dims.size()).boxed().toList();
    Tensor turned = Kernels.inOrder(index, counted);
    Places there = new Places(places, false, turned.shape());
    return Kernels.outOfOrder(there.taken(Kernels.inOrder(x, ints(read)), turned), order);
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /// What lies at the places.
  public record Take(Places at) implements Compute {
    @Override
    public String node() {
      return "IndexBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "indices");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor index = inputs.get(1);
      int[] order = at.order(x, index);
      return List.of(order == null ? at.taken(x, index) : at.taken(x, index, order));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Shape input = saved.shape(0);
      Tensor places = saved.input(1).reshape(at.shape.elements());
      long[] lines = at.lines(input);
      Tensor zeros = Tensors.zeros(Shape.of(lines), g.dtype(), g.device());
      Tensor source = g.reshape(lines[0], places.numel(), lines[2]);
      Tensor sums = Dispatch.single(new Lookups.IndexAdd(1), zeros, places, source);
      return Arrays.asList(at.unfolded(sums, input), null);
    }
  }

  /// The tensor with values, stretched, at the places; of several for one place the last stays, and it
  /// alone gets the gradient.
  public record Put(Places at) implements Compute {
    @Override
    public String node() {
      return "IndexPutBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "indices", "values");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor places = inputs.get(1);
      long[] lines = at.lines(x.shape());
      long n = places.numel();
      Tensor values = inputs.get(2).expand(at.result(x.shape()).toArray());
      Tensor index = places.reshape(1, n, 1).expand(lines[0], n, lines[2]);
      Tensor source = values.reshape(lines[0], n, lines[2]);
      Tensor written = Dispatch.single(new Scatters.Scatter(1), at.folded(x), index, source);
      Tensor y = at.unfolded(written, x.shape());
      // Detached, because an operation's result is not a view.
      return List.of(y.isContiguous() ? y.detach() : Dispatch.copy(y));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor places = saved.input(1);
      Tensor zero = Tensors.zeros(Shape.SCALAR, g.dtype(), g.device());
      return Arrays.asList(
          saved.needs(0) ? Dispatch.single(this, g, places, zero) : null,
          null,
          saved.needs(2) ? ofValues(g, places) : null);
    }

    private Tensor ofValues(Tensor g, Tensor places) {
      Shape line = Shape.of(at.lines(g.shape())[1]);
      Tensor lost = Scatters.survivors(0, places.reshape(places.numel()), line).logicalNot();
      int after = g.dim() - at.first() - at.dims.size();
      long[] sizes = Arrays.copyOf(at.shape.toArray(), at.shape.rank() + after);
      Arrays.fill(sizes, at.shape.rank(), sizes.length, 1);
      return Dispatch.single(new Take(at), g, places).maskedFill(lost.reshape(sizes), 0);
    }
  }
}
