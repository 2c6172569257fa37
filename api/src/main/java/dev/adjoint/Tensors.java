package dev.adjoint;

import dev.adjoint.graph.Factory;
import dev.adjoint.graph.Numbers;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.memory.Devices;
import dev.adjoint.op.Joining;
import dev.adjoint.op.TernaryOp;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.util.List;
import java.util.function.Supplier;

/// Factories and functions meant to be imported statically.
///
/// Without a device, tensors are on the CPU; without a type, Java's floating numbers become float32,
/// its integers int64.
public final class Tensors {
  private Tensors() {}

  /// The sizes of a shape.
  public static Shape shape(long... sizes) {
    return Shape.of(sizes);
  }

  /// The device of a name: `cpu`, `cuda:0`, `opencl:0`, or `auto` for the best there is.
  ///
  /// @throws dev.adjoint.type.DeviceException with the reason and the remedy when it cannot be had
  public static Device device(String name) {
    Device device = Devices.resolve(name);
    Devices.open(device);
    return device;
  }

  /// A tensor of a number, an array, or arrays of arrays of any depth.
  ///
  /// @throws dev.adjoint.type.ShapeException when inner arrays differ in length
  public static Tensor tensor(Object data) {
    return Factory.tensor(data, null, Device.CPU);
  }

  /// As [#tensor(Object)], converted to a type, on a device.
  public static Tensor tensor(Object data, DType type, Device device) {
    return Factory.tensor(data, type, device);
  }

  /// A 0-d tensor on the CPU in the number's type: float32 for double too, as PyTorch's default.
  public static Tensor tensor(double value) {
    return Factory.tensor(value, null, Device.CPU);
  }

  /// A 0-d int64 tensor on the CPU.
  public static Tensor tensor(long value) {
    return Factory.tensor(value, null, Device.CPU);
  }

  /// A 0-d bool tensor on the CPU.
  public static Tensor tensor(boolean value) {
    return Factory.tensor(value, null, Device.CPU);
  }

  /// Zeros of type float32 on the CPU.
  public static Tensor zeros(long... sizes) {
    return zeros(Shape.of(sizes));
  }

  /// Zeros of type float32 on the CPU.
  public static Tensor zeros(Shape shape) {
    return zeros(shape, DType.FLOAT32, Device.CPU);
  }

  public static Tensor zeros(Shape shape, DType type, Device device) {
    return full(shape, 0, type, device);
  }

  /// Ones of type float32 on the CPU.
  public static Tensor ones(long... sizes) {
    return ones(Shape.of(sizes));
  }

  /// Ones of type float32 on the CPU.
  public static Tensor ones(Shape shape) {
    return ones(shape, DType.FLOAT32, Device.CPU);
  }

  public static Tensor ones(Shape shape, DType type, Device device) {
    return full(shape, 1, type, device);
  }

  /// One number everywhere, of the number's type, on the CPU.
  public static Tensor full(Shape shape, Number value) {
    return full(shape, value, Factory.typeOf(value), Device.CPU);
  }

  public static Tensor full(Shape shape, Number value, DType type, Device device) {
    return Factory.full(shape, value, type, device);
  }

  /// Undefined contents of type float32 on the CPU.
  public static Tensor empty(long... sizes) {
    return empty(Shape.of(sizes), DType.FLOAT32, Device.CPU);
  }

  public static Tensor empty(Shape shape, DType type, Device device) {
    return Factory.empty(shape, type, device);
  }

  /// Zeros with a tensor's shape, type and device.
  public static Tensor zerosLike(Tensor t) {
    return zeros(t.shape(), t.dtype(), t.device());
  }

  /// Ones with a tensor's shape, type and device.
  public static Tensor onesLike(Tensor t) {
    return ones(t.shape(), t.dtype(), t.device());
  }

  /// One number with a tensor's shape, type and device.
  public static Tensor fullLike(Tensor t, Number value) {
    return full(t.shape(), value, t.dtype(), t.device());
  }

  /// Undefined contents with a tensor's shape, type and device.
  public static Tensor emptyLike(Tensor t) {
    return empty(t.shape(), t.dtype(), t.device());
  }

  /// `a` where the condition holds, else `b`; what is not chosen passes a gradient of 0.
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Dispatch.apply(TernaryOp.WHERE, condition, a, b);
  }

  /// [#where(Tensor, Tensor, Tensor)] with a number for the second choice.
  public static Tensor where(Tensor condition, Tensor a, Number b) {
    return where(condition, a, Numbers.like(condition, b));
  }

  /// [#where(Tensor, Tensor, Tensor)] with a number for the first choice.
  public static Tensor where(Tensor condition, Number a, Tensor b) {
    return where(condition, Numbers.like(condition, a), b);
  }

  /// Tensors one after the other along a dimension; their other sizes agree.
  public static Tensor cat(List<? extends Tensor> tensors, int dim) {
    return Joining.cat(tensors, dim);
  }

  /// Tensors of one shape side by side along a new dimension.
  public static Tensor stack(List<? extends Tensor> tensors, int dim) {
    return Joining.stack(tensors, dim);
  }

  /// See [Autograd#noGrad(Runnable)].
  public static void noGrad(Runnable body) {
    Autograd.noGrad(body);
  }

  /// See [Autograd#noGrad(Supplier)].
  public static <T> T noGrad(Supplier<T> body) {
    return Autograd.noGrad(body);
  }
}
