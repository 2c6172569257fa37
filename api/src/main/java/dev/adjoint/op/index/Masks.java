package dev.adjoint.op.index;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.host.Sequences;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Elements chosen by a mask.
public final class Masks {
  private Masks() {}

  /// Where a mask holds, in row-major order. Waits for the device, which counts them.
  static Tensor places(Tensor mask) {
    return HandleScope.yielding(() -> GradMode.with(false, () -> find(mask)));
  }

  /// Each place goes where a running count says; those that do not hold go to one place at the end.
  private static Tensor find(Tensor mask) {
    long n = mask.numel();
    if (n == 0) {
      return Tensors.empty(Shape.of(0), DType.INT64, mask.device());
    }
    Tensor flat = mask.reshape(n);
    Tensor counts = flat.cumsum(0);
    long count = counts.select(0, n - 1).itemLong();
    Tensor to = Tensors.where(flat, counts.sub(1), count);
    Tensor room = Tensors.zeros(Shape.of(count + 1), DType.INT64, mask.device());
    Tensor numbers = Sequences.range(n, mask.device());
    Tensor places = Dispatch.single(new Scatters.Scatter(0), room, to, numbers);
    return places.narrow(0, 0, count).clone();
  }

  public static Tensor maskedSelect(Tensor x, Tensor mask) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          "masked_select: expected BoolTensor for mask. It is "
              + mask.dtype()
              + ": compare first, for example mask.ne(0).");
    }
    Shape shape = mask.shape().broadcast(x.shape(), "masked_select");
    return HandleScope.yielding(() -> {
      long[] sizes = shape.toArray();
      Tensor wide = x.shape().equals(shape) ? x : x.expand(sizes);
      Tensor choice = mask.shape().equals(shape) ? mask : mask.expand(sizes);
      return Dispatch.single(new MaskedSelect(), wide, choice);
    });
  }

  /// The elements where a mask of the same shape holds, in row-major order.
  public record MaskedSelect() implements Compute {
    @Override
    public String node() {
      return "MaskedSelectBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "mask");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor places = places(inputs.get(1));
      Tensor flat = x.reshape(x.numel());
      return List.of(Lookups.select("masked_select", flat, places, 0, places.shape()));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Shape shape = saved.shape(0);
      Tensor zeros = Tensors.zeros(Shape.of(shape.elements()), g.dtype(), g.device());
      Tensor flat = Dispatch.single(new Lookups.IndexAdd(0), zeros, places(saved.input(1)), g);
      return Arrays.asList(flat.reshape(shape.toArray()), null);
    }
  }
}
