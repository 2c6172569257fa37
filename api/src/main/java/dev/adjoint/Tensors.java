package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.host.Factory;
import dev.adjoint.host.Generator;
import dev.adjoint.host.Numbers;
import dev.adjoint.host.Sequences;
import dev.adjoint.memory.Devices;
import dev.adjoint.op.Joining;
import dev.adjoint.op.TernaryOp;
import dev.adjoint.op.index.Cat;
import dev.adjoint.op.index.Lookups;
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

  /// Waits until a device has done all that it was given so far, as who measures time must; reading a
  /// value waits by itself. An elementwise result that nothing has needed yet was not given to it. PyTorch's
  /// `torch.cuda.synchronize`.
  public static void synchronize(Device device) {
    Devices.open(device).backend().synchronize();
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

  /// Zeros with a tensor's shape, order of dimensions in memory, type and device.
  public static Tensor zerosLike(Tensor t) {
    return Factory.like(t, shape -> zeros(shape, t.dtype(), t.device()));
  }

  /// Ones with a tensor's shape, order of dimensions in memory, type and device.
  public static Tensor onesLike(Tensor t) {
    return Factory.like(t, shape -> ones(shape, t.dtype(), t.device()));
  }

  /// One number, as [#zerosLike(Tensor)].
  public static Tensor fullLike(Tensor t, Number value) {
    return Factory.like(t, shape -> full(shape, value, t.dtype(), t.device()));
  }

  /// Undefined contents, as [#zerosLike(Tensor)].
  public static Tensor emptyLike(Tensor t) {
    return Factory.like(t, shape -> empty(shape, t.dtype(), t.device()));
  }

  /// 0 to `end` - 1 by 1: int64 for an integer, else float32, on the CPU.
  public static Tensor arange(Number end) {
    return arange(0, end, 1);
  }

  /// `start` up to, not with, `end` by `step`: int64 for integers, else float32, on the CPU.
  public static Tensor arange(Number start, Number end, Number step) {
    DType type = Factory.typeOf(start).promote(Factory.typeOf(end)).promote(Factory.typeOf(step));
    return arange(start, end, step, type, Device.CPU);
  }

  public static Tensor arange(Number start, Number end, Number step, DType type, Device device) {
    return Sequences.arange(start, end, step, type, device);
  }

  /// `steps` numbers from `start` to `end`, both included, of type float32 on the CPU.
  public static Tensor linspace(Number start, Number end, long steps) {
    return linspace(start, end, steps, DType.FLOAT32, Device.CPU);
  }

  public static Tensor linspace(Number start, Number end, long steps, DType type, Device device) {
    return Sequences.linspace(start, end, steps, type, device);
  }

  /// The identity matrix of type float32 on the CPU.
  public static Tensor eye(long n) {
    return eye(n, n, DType.FLOAT32, Device.CPU);
  }

  /// Ones on the diagonal of a matrix, zeros elsewhere.
  public static Tensor eye(long rows, long columns, DType type, Device device) {
    return Sequences.eye(rows, columns, type, device);
  }

  /// Starts the stream that all random tensors are drawn from, on whatever device: the same calls after
  /// the same seed give the same numbers.
  public static void manualSeed(long seed) {
    Generator.manualSeed(seed);
  }

  /// Random numbers spread evenly over [0, 1), of type float32 on the CPU.
  public static Tensor rand(long... sizes) {
    return rand(Shape.of(sizes));
  }

  /// Random numbers spread evenly over [0, 1), of type float32 on the CPU.
  public static Tensor rand(Shape shape) {
    return rand(shape, Device.CPU);
  }

  public static Tensor rand(Shape shape, Device device) {
    return rand(shape, DType.FLOAT32, device);
  }

  public static Tensor rand(Shape shape, DType type, Device device) {
    return Generator.uniform(shape, type, device);
  }

  /// Random normal numbers of mean 0 and deviation 1, of type float32 on the CPU.
  public static Tensor randn(long... sizes) {
    return randn(Shape.of(sizes));
  }

  /// Random normal numbers of mean 0 and deviation 1, of type float32 on the CPU.
  public static Tensor randn(Shape shape) {
    return randn(shape, Device.CPU);
  }

  public static Tensor randn(Shape shape, Device device) {
    return randn(shape, DType.FLOAT32, device);
  }

  public static Tensor randn(Shape shape, DType type, Device device) {
    return Generator.normal(shape, type, device);
  }

  /// Random integers spread evenly over [`low`, `high`), of type int64 on the CPU.
  public static Tensor randint(long low, long high, Shape shape) {
    return randint(low, high, shape, DType.INT64, Device.CPU);
  }

  public static Tensor randint(long low, long high, Shape shape, DType type, Device device) {
    return Generator.integers(low, high, shape, type, device);
  }

  /// 0 to n - 1 in random order, of type int64 on the CPU.
  public static Tensor randperm(long n) {
    return randperm(n, DType.INT64, Device.CPU);
  }

  public static Tensor randperm(long n, DType type, Device device) {
    return Generator.permutation(n, type, device);
  }

  /// [#rand], as [#zerosLike(Tensor)].
  public static Tensor randLike(Tensor t) {
    return Factory.like(t, shape -> rand(shape, t.dtype(), t.device()));
  }

  /// [#randn], as [#zerosLike(Tensor)].
  public static Tensor randnLike(Tensor t) {
    return Factory.like(t, shape -> randn(shape, t.dtype(), t.device()));
  }

  /// The rows of a weight [rows, width] that an index of any shape names: shape [index…, width]. Where
  /// a row is named twice, both gradients are added to it.
  ///
  /// @throws dev.adjoint.type.IndexException when an index is negative or too large
  public static Tensor embedding(Tensor weight, Tensor index) {
    return Lookups.embedding(weight, index);
  }

  /// `a` where the condition holds, else `b`; what is not chosen passes a gradient of 0.
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Dispatch.apply(TernaryOp.WHERE, condition, a, b);
  }

  /// [#where(Tensor, Tensor, Tensor)] with a number for the second choice.
  public static Tensor where(Tensor condition, Tensor a, Number b) {
    return where(condition, a, Numbers.choice(condition, a, b));
  }

  /// [#where(Tensor, Tensor, Tensor)] with a number for the first choice.
  public static Tensor where(Tensor condition, Number a, Tensor b) {
    return where(condition, Numbers.choice(condition, b, a), b);
  }

  /// Tensors one after the other along a dimension; their other sizes agree.
  public static Tensor cat(List<? extends Tensor> tensors, int dim) {
    return Cat.of(tensors, dim);
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
