package dev.adjoint.host;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.Devices;
import dev.adjoint.memory.Fusion;
import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Scalars;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.Window;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.function.Supplier;

/// Tensors whose elements follow from their index.
public final class Sequences {
  private Sequences() {}

  /// 0 to n - 1 as int64.
  public static Tensor range(long n, Device device) {
    OpenDevice open = Devices.open(device);
    Shape shape = Shape.of(n);
    Storage numbers = Fusion.apply(open, Row.INDEX, DType.INT64, shape);
    return EagerTensor.of(numbers, Layout.contiguous(shape));
  }

  /// Computes as one program, outside the graph.
  private static Tensor fused(Supplier<Tensor> body) {
    try (Window _ = Window.open();
        HandleScope scope = HandleScope.open()) {
      Tensor t = GradMode.with(false, body);
      scope.pass((EagerTensor) t);
      return t;
    }
  }

  /// start, start + step, … up to, not with, end. Integers are exact; floating numbers are computed in
  /// float64 and rounded once.
  public static Tensor arange(Number start, Number end, Number step, DType type, Device device) {
    double first = start.doubleValue();
    double last = end.doubleValue();
    double by = step.doubleValue();
    if (by == 0) {
      throw new ShapeException("step must be nonzero");
    }
    if (!Double.isFinite(first) || !Double.isFinite(last)) {
      throw new ShapeException("unsupported range: " + first + " -> " + last);
    }
    if (by > 0 ? last < first : last > first) {
      throw new ShapeException(
          "upper bound and lower bound inconsistent with step sign: from "
              + start
              + " to "
              + end
              + " by "
              + step);
    }
    if (type == DType.BOOL) {
      throw new DTypeException("\"arange_cpu\" not implemented for 'Bool'");
    }
    boolean exact =
        Scalars.isIntegral(start) && Scalars.isIntegral(end) && Scalars.isIntegral(step);
    if (exact || !type.isFloating()) {
      return integers(start.longValue(), end.longValue(), step.longValue(), type, device);
    }
    long n = (long) Math.ceil((last - first) / by);
    return fused(() -> range(n, device).to(DType.FLOAT64).mul(by).add(first).to(type));
  }

  private static Tensor integers(long start, long end, long step, DType type, Device device) {
    if (step == 0) {
      throw new ShapeException("step must be nonzero");
    }
    long n = Math.ceilDiv(end - start, step);
    return fused(() -> range(n, device).mul(step).add(start).to(type));
  }

  /// `steps` numbers evenly apart, the first and the last given; counted from the nearer end, so that
  /// both are exact.
  public static Tensor linspace(Number start, Number end, long steps, DType type, Device device) {
    if (steps < 0) {
      throw new ShapeException("number of steps must be non-negative. It is " + steps + ".");
    }
    double first = start.doubleValue();
    double last = end.doubleValue();
    double by = steps > 1 ? (last - first) / (steps - 1) : 0;
    long middle = Math.max(1, steps / 2);
    return fused(() -> {
      Tensor i = range(steps, device).to(DType.FLOAT64);
      Tensor fromStart = i.mul(by).add(first);
      Tensor fromEnd = i.rsub((double) (steps - 1)).mul(-by).add(last);
      return Tensors.where(i.lt(middle), fromStart, fromEnd).to(type);
    });
  }

  /// Ones on the diagonal of a matrix, zeros elsewhere.
  public static Tensor eye(long rows, long columns, DType type, Device device) {
    if (rows < 0 || columns < 0) {
      String name = rows < 0 ? "n" : "m";
      throw new ShapeException(
          name + " must be greater or equal to 0, got " + (rows < 0 ? rows : columns));
    }
    Shape shape = Shape.of(rows, columns);
    Storage matrix = Storage.allocate(Devices.open(device), type, shape.elements());
    Layout whole = Layout.contiguous(shape);
    fill(matrix, whole, 0);
    fill(matrix, whole.diagonal(0, 0, 1), 1);
    return EagerTensor.of(matrix, whole);
  }

  private static void fill(Storage fresh, Layout place, long number) {
    DType type = fresh.type();
    Storage constant =
        Storage.constant(
            fresh.device(), type, place.shape().elements(), Scalars.bits(number, type));
    Source[] everywhere = {new Source(constant, Layout.contiguous(place.shape()))};
    Fusion.store(fresh, place, Row.CAST, type, everywhere, null);
    constant.release();
  }
}
