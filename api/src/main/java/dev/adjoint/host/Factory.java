package dev.adjoint.host;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Promotion;
import dev.adjoint.memory.Devices;
import dev.adjoint.memory.Scalars;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.memory.layout.Order;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes tensors from what Java has.
public final class Factory {
  private Factory() {}

  /// float32 for floating numbers, int64 for integers.
  public static DType typeOf(Number value) {
    return Promotion.typeOf(value);
  }

  /// One number everywhere; takes no memory before it is needed there.
  public static Tensor full(Shape shape, Number value, DType type, Device device) {
    long bits = Scalars.bits(Numbers.fitting(value, type), type);
    Storage constant = Storage.constant(Devices.open(device), type, shape.elements(), bits);
    return EagerTensor.of(constant, Layout.contiguous(shape));
  }

  public static Tensor empty(Shape shape, DType type, Device device) {
    return EagerTensor.of(
        Storage.allocate(Devices.open(device), type, shape.elements()), Layout.contiguous(shape));
  }

  /// What a maker makes of a tensor's sizes, with dimensions that lie in the tensor's order.
  public static Tensor like(Tensor t, Function<Shape, Tensor> maker) {
    Layout layout = ((EagerTensor) t).layout();
    int[] order = layout.isContiguous() ? null : Order.of(layout);
    if (order == null) {
      return maker.apply(t.shape());
    }
    try (EagerTensor made = (EagerTensor) maker.apply(layout.permute(order).shape())) {
      return EagerTensor.alias(made.storage(), Order.dense(t.shape(), order), false);
    }
  }

  /// A number, or an array of any depth, of one type or converted to it.
  public static Tensor tensor(Object data, @Nullable DType type, Device device) {
    if (data instanceof Number n) {
      return full(Shape.SCALAR, n, type == null ? typeOf(n) : type, device);
    }
    if (data instanceof Boolean b) {
      return full(Shape.SCALAR, b ? 1 : 0, type == null ? DType.BOOL : type, device);
    }
    Shape shape = shapeOf(data);
    DType natural = elementType(data, type != null);
    MemorySegment bytes =
        Arena.ofAuto().allocate(Math.max(1, shape.elements() * natural.bytes()), 8);
    fill(data, shape, 0, natural, bytes, 0);
    MemorySegment exact = bytes.asSlice(0, shape.elements() * natural.bytes());
    EagerTensor t = Export.tensor(Devices.open(device), natural, shape, exact);
    return type == null || type == natural ? t : t.to(type);
  }

  private static Shape shapeOf(Object data) {
    List<Long> sizes = new ArrayList<>();
    Object at = data;
    while (at != null && at.getClass().isArray()) {
      int length = Array.getLength(at);
      sizes.add((long) length);
      at =
          length == 0 ? null : at.getClass().getComponentType().isArray() ? Array.get(at, 0) : null;
    }
    if (sizes.isEmpty()) {
      throw new DTypeException(
          "tensor: cannot make a tensor of "
              + data.getClass().getSimpleName()
              + "; give a number or an array.");
    }
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /// Doubles become float32 as in PyTorch, unless a type is asked for, which they must not lose digits to.
  private static DType elementType(Object data, boolean exact) {
    Class<?> c = data.getClass();
    while (c.isArray()) {
      c = c.getComponentType();
    }
    return switch (c.getName()) {
      case "float" -> DType.FLOAT32;
      case "double" -> exact ? DType.FLOAT64 : DType.FLOAT32;
      case "long", "int" -> DType.INT64;
      case "byte" -> DType.UINT8;
      case "boolean" -> DType.BOOL;
      default ->
          throw new DTypeException(
              "tensor: elements of type "
                  + c.getSimpleName()
                  + " are not supported; use float, double,"
                  + " long, int, byte (as uint8) or boolean arrays.");
    };
  }

  private static long fill(
      Object data, Shape shape, int dim, DType type, MemorySegment bytes, long start) {
    int length = Array.getLength(data);
    if (length != shape.size(dim)) {
      throw new ShapeException(
          "expected sequence of length "
              + shape.size(dim)
              + " at dim "
              + dim
              + " (got "
              + length
              + ")");
    }
    long at = start;
    for (int i = 0; i < length; i++) {
      if (dim + 1 < shape.rank()) {
        at = fill(Array.get(data, i), shape, dim + 1, type, bytes, at);
      } else {
        put(data, i, type, bytes, at++);
      }
    }
    return at;
  }

  private static void put(Object row, int i, DType type, MemorySegment bytes, long at) {
    switch (row) {
      case float[] f -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT, at, f[i]);
      case double[] d when type == DType.FLOAT64 ->
          bytes.setAtIndex(ValueLayout.JAVA_DOUBLE, at, d[i]);
      case double[] d -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) d[i]);
      case long[] l -> bytes.setAtIndex(ValueLayout.JAVA_LONG, at, l[i]);
      case int[] n -> bytes.setAtIndex(ValueLayout.JAVA_LONG, at, n[i]);
      case byte[] b -> bytes.set(ValueLayout.JAVA_BYTE, at, b[i]);
      case boolean[] b -> bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (b[i] ? 1 : 0));
      default -> throw new DTypeException("tensor: mixed nesting below " + type);
    }
  }
}
