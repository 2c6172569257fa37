package dev.adjoint.op.layer;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Normalisations over rows: the last dimensions of the input, as many as a weight has.
final class Norms {
  private static final int WEIGHT = 1;
  private static final int BIAS = 2;
  private static final int INPUT = 4;

  private Norms() {}

  /// The elements of a row, and how many rows there are.
  private record Rows(long count, long size) {

    static Rows of(Shape shape, int dims) {
      long size = 1;
      for (int d = shape.rank() - dims; d < shape.rank(); d++) {
        size *= shape.size(d);
      }
      return new Rows(size == 0 ? 0 : shape.elements() / size, size);
    }

    /// Rows that go together: enough that what they add to a weight is little to sum up.
    long together() {
      return Math.max(16, Math.ceilDiv(count, 256));
    }
  }

  /// Rows with mean 0 and variance 1, times a weight and plus a bias if there are. Results: the rows,
  /// their means, and 1 / √(variance + epsilon).
  record Layer(int dims, double epsilon, boolean weighted, boolean biased) implements Compute {
    @Override
    public String node() {
      return "NativeLayerNormBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("input", "weight", "bias");
    }

    @Override
    public boolean differentiable(int output) {
      return output == 0;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst().contiguous();
      Rows rows = Rows.of(x.shape(), dims);
      Tensor weight = weighted ? inputs.get(1).contiguous() : x;
      Tensor bias = biased ? inputs.getLast().contiguous() : x;
      Tensor y = Kernels.empty(x, x.shape(), x.dtype());
      Tensor mean = Kernels.empty(x, Shape.of(rows.count()), x.dtype());
      Tensor rstd = Kernels.empty(x, Shape.of(rows.count()), x.dtype());
      float near = (float) epsilon;
      long[] sizes = {
        rows.count(),
        rows.size(),
        (weighted ? WEIGHT : 0) | (biased ? BIAS : 0),
        Integer.toUnsignedLong(Float.floatToRawIntBits(near)),
        Integer.toUnsignedLong(Float.floatToRawIntBits((float) (epsilon - near)))
      };
      Kernels.call(
          "layer_norm",
          "layer_norm",
          x.dtype(),
          List.of(x, weight, bias),
          List.of(y, mean, rstd),
          false,
          sizes,
          rows.count(),
          rows.size());
      return List.of(y, mean, rstd);
    }

    @Override
    public int saves(boolean[] needs) {
      boolean needsInput = needs[0];
      boolean needsWeight = weighted && needs[1];
      return (needsInput || needsWeight ? Derivative.INPUT_0 : 0)
          | (needsInput && weighted ? Derivative.INPUT_1 : 0)
          | (needsInput || needsWeight ? Derivative.OUTPUT_1 | Derivative.OUTPUT << 2 : 0);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      boolean ofWeight = weighted && saved.needs(1);
      boolean ofBias = biased && saved.needs(weighted ? 2 : 1);
      return GradMode.isEnabled() || !saved.needs(0) && !ofWeight
          ? recorded(g, saved, ofWeight, ofBias)
          : together(g.contiguous(), saved, ofWeight || ofBias);
    }

    /// In tensor methods, which can be differentiated again.
    private List<@Nullable Tensor> recorded(
        Tensor g, Saved saved, boolean ofWeight, boolean ofBias) {
      int rank = g.dim();
      int[] own = IntStream.range(rank - dims, rank).toArray();
      int[] others = IntStream.range(0, rank - dims).toArray();
      List<@Nullable Tensor> all = new ArrayList<>();
      if (saved.needs(0)) {
        Tensor h = weighted ? g.mul(saved.input(1)) : g;
        Centred centred = new Centred(Arrays.stream(own).boxed().toList(), epsilon);
        all.add(Dispatch.single(centred, h, saved.input(0)));
      } else {
        all.add(null);
      }
      if (weighted) {
        all.add(ofWeight ? summed(g.mul(unweighted(saved.input(0))), others) : null);
      }
      if (biased) {
        all.add(ofBias ? summed(g, others) : null);
      }
      return all;
    }

    private static Tensor summed(Tensor t, int[] dims) {
      return dims.length == 0 ? t : t.sum(dims, false);
    }

    private Tensor unweighted(Tensor x) {
      return Dispatch.compute(new Layer(dims, epsilon, false, false), x).getFirst();
    }

    /// All at once, by one kernel.
    private List<@Nullable Tensor> together(Tensor g, Saved saved, boolean affine) {
      Tensor x = saved.input(0).contiguous();
      Rows rows = Rows.of(x.shape(), dims);
      boolean ofInput = saved.needs(0);
      long block = rows.together();
      long blocks = Math.ceilDiv(rows.count(), block);
      Tensor weight = ofInput && weighted ? saved.input(1).contiguous() : x;
      Tensor ofX = ofInput ? Kernels.empty(g, x.shape(), g.dtype()) : null;
      Shape parts = Shape.of(affine ? 2 : 0, blocks, rows.size());
      Tensor sums = Kernels.empty(g, parts, g.dtype());
      Tensor ofWeight = affine ? sums.select(0, 0) : sums;
      Tensor ofBias = affine ? sums.select(0, 1) : sums;
      int flags = (weighted ? WEIGHT : 0) | (affine ? BIAS : 0) | (ofInput ? INPUT : 0);
      Kernels.call(
          "layer_norm",
          "layer_norm_backward",
          g.dtype(),
          List.of(g, x, weight, saved.output(1), saved.output(2)),
          List.of(ofX == null ? sums : ofX, ofWeight, ofBias),
          false,
          new long[] {rows.count(), rows.size(), flags, block},
          rows.size() == 0 ? 0 : blocks,
          block * rows.size());
      List<@Nullable Tensor> all = new ArrayList<>();
      all.add(ofX);
      if (weighted) {
        all.add(affine ? summedUp(ofWeight, saved.shape(1)) : null);
      }
      if (biased) {
        all.add(affine ? summedUp(ofBias, saved.shape(weighted ? 2 : 1)) : null);
      }
      return all;
    }

    private static Tensor summedUp(Tensor blocks, Shape shape) {
      Tensor sum = Kernels.fold(Reducer.SUM, blocks, new int[] {0}, false, blocks.dtype());
      return sum.view(shape.toArray());
    }
  }
}
