package dev.adjoint.host;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.Kernels;
import dev.adjoint.memory.Recording;
import dev.adjoint.memory.Window;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Device;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.List;

/// Random tensors of one stream: a seed, and a counter that every fill moves on. The n-th number drawn
/// after a seed is the same on every device, whatever drew the ones before it.
public final class Generator {
  /// PyTorch's own default, so that a program that sets no seed repeats itself.
  private static final long DEFAULT_SEED = 67_280_421_310_721L;

  private static final String UNIFORM = "random_uniform";
  private static final int COUNTER_BYTES = 16;

  private static long seed = DEFAULT_SEED;
  private static long next;

  private Generator() {}

  /// Starts the stream of a seed.
  public static synchronized void manualSeed(long value) {
    seed = value;
    next = 0;
  }

  /// A place in a stream.
  public record State(long seed, long next) {}

  /// Where the stream is now.
  public static synchronized State state() {
    return new State(seed, next);
  }

  /// Puts the stream back, or forward, to a place.
  public static synchronized void restore(State state) {
    seed = state.seed;
    next = state.next;
  }

  /// The seed, and the first of as many counters as are asked for, which nobody else gets.
  private static synchronized long[] take(long counters) {
    long first = next;
    next += counters;
    return new long[] {seed, first};
  }

  /// Numbers spread evenly over [0, 1).
  public static Tensor uniform(Shape shape, DType type, Device device) {
    return fill(UNIFORM, "check_uniform_bounds", shape, type, device);
  }

  /// Normal numbers of mean 0 and deviation 1.
  public static Tensor normal(Shape shape, DType type, Device device) {
    return fill("random_normal", "normal_kernel_cpu", shape, type, device);
  }

  private static Tensor fill(
      String kernel, String inPyTorch, Shape shape, DType type, Device device) {
    if (!type.isFloating()) {
      throw new DTypeException(
          "\""
              + inPyTorch
              + "\" not implemented for '"
              + type.scalarType()
              + "'. Use randint for integers.");
    }
    return type.isHalf() ? half(kernel, shape, type, device) : draw(kernel, shape, type, device);
  }

  /// From the float32 stream. Even numbers keep the digits that a half holds: rounded, some would be 1.
  private static Tensor half(String kernel, Shape shape, DType type, Device device) {
    try (Window _ = Window.open();
        HandleScope scope = HandleScope.open()) {
      Tensor t = draw(kernel, shape, DType.FLOAT32, device);
      if (kernel.equals(UNIFORM)) {
        double steps = type == DType.FLOAT16 ? 1 << 11 : 1 << 8;
        t = t.mul(steps).floor().div(steps);
      }
      Tensor rounded = t.to(type);
      scope.pass((EagerTensor) rounded);
      return rounded;
    }
  }

  private static Tensor draw(
      String kernel, Shape shape, DType type, Device device, long... bounds) {
    Recording.refuse(() ->
        kernel
            + ": a replay would draw the same numbers of shape "
            + shape
            + " again. Draw them before, into a tensor that the step reads, and draw new ones into"
            + " it with copy_ between replays.");
    long n = shape.elements();
    int perCounter = COUNTER_BYTES / type.bytes();
    long counters = (n + perCounter - 1) / perCounter;
    Tensor y = Factory.empty(shape, type, device);
    long[] stream = take(counters);
    long[] sizes = new long[3 + bounds.length];
    sizes[0] = n;
    sizes[1] = stream[0];
    sizes[2] = stream[1];
    System.arraycopy(bounds, 0, sizes, 3, bounds.length);
    Kernels.call(kernel, kernel, type, List.of(), List.of(y), false, sizes, counters, perCounter);
    return y;
  }

  /// Integers spread evenly over [low, high), in any type that holds them.
  public static Tensor integers(long low, long high, Shape shape, DType type, Device device) {
    if (low >= high) {
      throw new IndexException(
          "random_ expects 'from' to be less than 'to', but got from="
              + low
              + " >= to="
              + high
              + ". The upper bound itself is not drawn.");
    }
    long least = type == DType.INT32 ? Integer.MIN_VALUE : 0;
    long most = type == DType.INT32 ? Integer.MAX_VALUE : type == DType.UINT8 ? 255 : 1;
    boolean narrow = type == DType.INT32 || type == DType.UINT8 || type == DType.BOOL;
    if (narrow && (low < least || high - 1 > most)) {
      throw new DTypeException(
          (low < least ? "from" : "to - 1")
              + " is out of bounds for "
              + type
              + ", which holds "
              + least
              + " to "
              + most);
    }
    try (Window _ = Window.open();
        HandleScope scope = HandleScope.open()) {
      Tensor t = draw("random_int", shape, DType.INT64, device, low, high).to(type);
      scope.pass((EagerTensor) t);
      return t;
    }
  }

  /// 0 to n - 1 in random order: where random keys end up when they are sorted.
  public static Tensor permutation(long n, DType type, Device device) {
    if (n < 0) {
      throw new ShapeException(
          "Trying to create tensor with negative dimension " + n + ": [" + n + "]");
    }
    try (HandleScope scope = HandleScope.open()) {
      Shape shape = Shape.of(n);
      Tensor keys = draw("random_int", shape, DType.INT64, device, 0, Long.MAX_VALUE);
      Tensor sorted = Kernels.empty(keys, shape, DType.INT64);
      Tensor order = Kernels.empty(keys, shape, DType.INT64);
      long[] sizes = {1, n, 1, 0};
      Kernels.call(
          "randperm",
          "sort",
          DType.INT64,
          List.of(keys),
          List.of(sorted, order),
          false,
          sizes,
          n == 0 ? 0 : 1,
          n);
      Tensor t = order.to(type);
      scope.pass((EagerTensor) t);
      return t;
    }
  }
}
