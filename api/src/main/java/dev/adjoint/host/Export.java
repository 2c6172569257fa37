package dev.adjoint.host;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Recording;
import dev.adjoint.memory.Scalars;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Elements on their way between Java arrays and tensors.
public final class Export {
  private static final long[] NO_STRIDES = {};

  /// Up to here a heap array is cheaper than native memory; both are freed by the collector.
  private static final long SMALL = 256;

  private Export() {}

  /// The elements in row-major order as bytes of the tensor's type; shared memory where possible.
  public static MemorySegment bytes(EagerTensor t) {
    refuseInCapture(t);
    EagerTensor dense = t.isContiguous() ? t : (EagerTensor) GradMode.with(false, t::contiguous);
    Storage storage = dense.storage();
    Operand at = storage.forReading(dense.layout().offset(), NO_STRIDES);
    long size = (long) t.dtype().bytes();
    long bytes = t.numel() * size;
    MemorySegment copy = space(bytes, at.buffer().hostView() != null);
    storage.device().download(at, t.dtype(), copy);
    if (dense != t) {
      dense.close();
    }
    return copy;
  }

  private static void refuseInCapture(Tensor t) {
    Recording.refuse(() ->
        "capture: the step reads elements of a tensor of shape "
            + t.shape()
            + " on "
            + t.device()
            + " (by item(), toString(), to(device) and the like), and a replay could not go by"
            + " them. Return the tensor and read it after replay(); what is on another device,"
            + " bring over before, with copy_.");
  }

  private static MemorySegment space(long bytes, boolean copiedByHost) {
    MemorySegment memory =
        copiedByHost && bytes <= SMALL
            ? MemorySegment.ofArray(new long[(int) (bytes + 7) / 8])
            : Arena.ofAuto().allocate(Math.max(1, bytes), 8);
    return memory.asSlice(0, bytes);
  }

  /// The elements' own memory as the host sees it.
  public static MemorySegment segment(Tensor tensor) {
    EagerTensor t = (EagerTensor) tensor;
    if (!t.isContiguous()) {
      throw new ShapeException(
          "segment: the tensor is not contiguous; call contiguous() first. Shape "
              + t.shape()
              + ", strides "
              + Arrays.toString(t.stride()));
    }
    refuseInCapture(t);
    Operand at = t.storage().exposed(t.layout().offset(), NO_STRIDES);
    MemorySegment host = at.buffer().hostView();
    if (host == null) {
      throw new DeviceException(
          "segment: the host cannot address memory of " + t.device() + "; call to(\"cpu\") first.");
    }
    long size = t.dtype().bytes();
    return host.asSlice(at.offset() * size, t.numel() * size);
  }

  /// See [Tensor#item].
  public static double item(Tensor t) {
    return doubleAt(single(t), t.dtype(), 0);
  }

  /// See [Tensor#itemLong].
  public static long itemLong(Tensor t) {
    return longAt(single(t), t.dtype(), 0);
  }

  /// See [Tensor#itemBoolean].
  public static boolean itemBoolean(Tensor t) {
    return item(t) != 0;
  }

  private static MemorySegment single(Tensor t) {
    if (t.numel() != 1) {
      throw new ShapeException(
          "a Tensor with "
              + t.numel()
              + " elements cannot be converted to Scalar; its shape is "
              + t.shape()
              + ". Use toDoubleArray(), or get(...) one element.");
    }
    return bytes((EagerTensor) t);
  }

  /// See [Tensor#toFloatArray].
  public static float[] toFloatArray(Tensor t) {
    float[] out = new float[count(t)];
    MemorySegment bytes = bytes((EagerTensor) t);
    if (t.dtype() == DType.FLOAT32) {
      MemorySegment.copy(bytes, ValueLayout.JAVA_FLOAT, 0, out, 0, out.length);
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) doubleAt(bytes, t.dtype(), i);
    }
    return out;
  }

  /// See [Tensor#toDoubleArray].
  public static double[] toDoubleArray(Tensor t) {
    double[] out = new double[count(t)];
    MemorySegment bytes = bytes((EagerTensor) t);
    Arrays.setAll(out, i -> doubleAt(bytes, t.dtype(), i));
    return out;
  }

  /// See [Tensor#toLongArray].
  public static long[] toLongArray(Tensor t) {
    long[] out = new long[count(t)];
    MemorySegment bytes = bytes((EagerTensor) t);
    Arrays.setAll(out, i -> longAt(bytes, t.dtype(), i));
    return out;
  }

  /// See [Tensor#toIntArray].
  public static int[] toIntArray(Tensor t) {
    int[] out = new int[count(t)];
    MemorySegment bytes = bytes((EagerTensor) t);
    Arrays.setAll(out, i -> (int) longAt(bytes, t.dtype(), i));
    return out;
  }

  /// See [Tensor#toBooleanArray].
  public static boolean[] toBooleanArray(Tensor t) {
    boolean[] out = new boolean[count(t)];
    MemorySegment bytes = bytes((EagerTensor) t);
    for (int i = 0; i < out.length; i++) {
      out[i] = doubleAt(bytes, t.dtype(), i) != 0;
    }
    return out;
  }

  public static double doubleAt(MemorySegment bytes, DType type, long i) {
    return switch (type) {
      case FLOAT32 -> bytes.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case FLOAT64 -> bytes.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      case FLOAT16, BFLOAT16 -> Scalars.toDouble(bytes.getAtIndex(ValueLayout.JAVA_SHORT, i), type);
      default -> (double) longAt(bytes, type, i);
    };
  }

  public static long longAt(MemorySegment bytes, DType type, long i) {
    return switch (type) {
      case BOOL, UINT8 -> bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      case INT32 -> bytes.getAtIndex(ValueLayout.JAVA_INT, i);
      case INT64 -> bytes.getAtIndex(ValueLayout.JAVA_LONG, i);
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> (long) doubleAt(bytes, type, i);
    };
  }

  private static int count(Tensor t) {
    if (t.numel() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "a Java array holds at most 2^31 - 9 elements; this tensor has "
              + t.numel()
              + ". Use segment().");
    }
    return (int) t.numel();
  }

  /// See [Tensor#toList].
  public static Object toList(Tensor t) {
    return nested(bytes((EagerTensor) t), t.dtype(), t.shape(), 0, 0);
  }

  private static Object nested(MemorySegment bytes, DType type, Shape shape, int dim, long start) {
    if (dim == shape.rank()) {
      return switch (type.category()) {
        case BOOL -> (Object) (longAt(bytes, type, start) != 0);
        case INTEGRAL -> (Object) longAt(bytes, type, start);
        case FLOATING -> (Object) doubleAt(bytes, type, start);
      };
    }
    long step = 1;
    for (int d = dim + 1; d < shape.rank(); d++) {
      step *= shape.size(d);
    }
    List<Object> out = new ArrayList<>();
    for (long i = 0; i < shape.size(dim); i++) {
      out.add(nested(bytes, type, shape, dim + 1, start + i * step));
    }
    return out;
  }

  /// A tensor with bytes of its type from the host.
  public static EagerTensor tensor(
      OpenDevice device, DType type, Shape shape, MemorySegment bytes) {
    Recording.refuse(() ->
        "capture: the step brings elements of shape "
            + shape
            + " from the host to "
            + device
            + ", which a replay would not bring again. Make the tensor before the capture, and"
            + " write to it with copy_ between replays.");
    Storage storage = Storage.allocate(device, type, shape.elements());
    Operand at = storage.forFilling(0, NO_STRIDES);
    if (bytes.byteSize() > 0) {
      device.upload(bytes, at, type);
    }
    return EagerTensor.of(storage, Layout.contiguous(shape));
  }
}
