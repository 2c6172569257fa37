package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.host.Export;
import dev.adjoint.memory.Devices;
import dev.adjoint.memory.Folds;
import dev.adjoint.memory.Fusion;
import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.memory.layout.Order;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a structured operation may run: folds, and kernels of the library. Part of the one door: an
/// operation gets tensors back, never memory.
public final class Kernels {
  private static final long[] NO_STRIDES = {};
  private static final Operand[] NO_OPERANDS = {};

  /// Kernels whose sizes say how their operands lie.
  private static final Set<String> STRIDED = Set.of("matmul", "matmul_vector");

  private Kernels() {}

  /// Fresh memory for what a kernel makes of a tensor: on its device, any shape and type, contents
  /// undefined. A tensor that waits is computed first, so that what it is computed from goes back before.
  public static Tensor empty(Tensor read, Shape shape, DType type) {
    EagerTensor t = (EagerTensor) read;
    if (t.storage().isPending() && t.layout().isContiguous()) {
      t.storage().forReading(0, NO_STRIDES);
    }
    return emptyBeside(read, shape, type);
  }

  /// Fresh memory on a tensor's device, whether that tensor waits or not.
  public static Tensor emptyBeside(Tensor other, Shape shape, DType type) {
    OpenDevice device = ((EagerTensor) other).storage().device();
    return EagerTensor.of(
        Storage.allocate(device, type, shape.elements()), Layout.contiguous(shape));
  }

  /// The same elements on another device, by way of the host.
  public static Tensor transfer(Tensor t, Device device) {
    return Export.tensor(Devices.open(device), t.dtype(), t.shape(), Export.bytes((EagerTensor) t));
  }

  /// The same elements with some dimensions walked backwards; only for reading, so it is no view.
  public static Tensor reversed(Tensor t, boolean[] dims) {
    EagerTensor x = (EagerTensor) t;
    return EagerTensor.alias(x.storage(), x.layout().reverse(dims), false);
  }

  /// Results of the input's shape that lie as it does, by a function that is given the input with its
  /// dimensions in the order of their memory, and where the one along which it works then is.
  public static List<Tensor> lying(
      Tensor input, int dim, BiFunction<Tensor, Integer, List<Tensor>> along) {
    EagerTensor x = (EagerTensor) input;
    int[] order = Order.of(x.layout());
    if (order == null) {
      return along.apply(x, dim);
    }
    int[] places = Order.inverse(order);
    List<Tensor> results = new ArrayList<>();
    for (Tensor t : along.apply(inOrder(x, order), places[dim])) {
      results.add(outOfOrder(t, order));
    }
    return results;
  }

  /// The order in which elementwise work on tensors of one shape goes through their dimensions, from far
  /// to near; null for their own.
  public static int @Nullable [] order(Tensor... tensors) {
    return Order.of(
        Arrays.stream(tensors).map(t -> ((EagerTensor) t).layout()).toArray(Layout[]::new));
  }

  /// The same elements with the dimensions in an order; only for reading, so it is no view.
  public static Tensor inOrder(Tensor t, int... order) {
    EagerTensor x = (EagerTensor) t;
    return EagerTensor.alias(x.storage(), x.layout().permute(order), false);
  }

  /// What was made with its dimensions in an order, with them in their own again.
  public static Tensor outOfOrder(Tensor made, int... order) {
    return inOrder(made, Order.inverse(order));
  }

  /// Folds dimensions; pending elementwise work on the input becomes part of the launch. Halves are
  /// folded in float32 and rounded once.
  ///
  /// @param dims distinct and not negative; all for a full fold
  /// @param type of the folded values and of the result
  public static Tensor fold(
      Reducer reducer, Tensor input, int[] dims, boolean keepdim, DType type) {
    EagerTensor x = (EagerTensor) input;
    Layout layout = x.layout();
    int rank = layout.shape().rank();
    boolean[] folds = new boolean[rank];
    for (int d : dims) {
      folds[d] = true;
    }
    int[] order = new int[rank];
    int kept = 0;
    for (int d = 0; d < rank; d++) {
      if (!folds[d]) {
        order[kept++] = d;
      }
    }
    int next = kept;
    for (int d = 0; d < rank; d++) {
      if (folds[d]) {
        order[next++] = d;
      }
    }
    DType wide = type.arithmetic();
    Storage out = Folds.fold(reducer, x.storage(), layout, order, rank - kept, wide);
    Shape shape = folded(layout.shape(), folds, keepdim);
    return EagerTensor.of(out, Layout.contiguous(shape)).to(type);
  }

  /// The sum of some dimensions; halves as by [#fold]. A sum of everything that is part of a graph may wait,
  /// and is then computed together with gradients.
  ///
  /// @param dims as for [#fold]
  public static Tensor sum(Tensor input, int[] dims, boolean keepdim, DType type) {
    EagerTensor x = (EagerTensor) input;
    if (dims.length == x.dim() && type.arithmetic() == type && x.requiresGrad()) {
      Storage out = Folds.waitingSum(x.storage(), x.layout(), type);
      if (out != null) {
        boolean[] folds = new boolean[dims.length];
        Arrays.fill(folds, true);
        return EagerTensor.of(out, Layout.contiguous(folded(x.shape(), folds, keepdim)));
      }
    }
    return fold(Reducer.SUM, input, dims, keepdim, type);
  }

  private static Shape folded(Shape shape, boolean[] folds, boolean keepdim) {
    long[] sizes = new long[shape.rank()];
    int n = 0;
    for (int d = 0; d < folds.length; d++) {
      if (!folds[d]) {
        sizes[n++] = shape.size(d);
      } else if (keepdim) {
        sizes[n++] = 1;
      }
    }
    return Shape.of(Arrays.copyOf(sizes, n));
  }

  /// Whether a tensor's device has a kernel for its type.
  public static boolean has(String kernel, Tensor t) {
    OpenDevice device = ((EagerTensor) t).storage().device();
    return device.backend().supports(new Kernel(kernel, t.dtype()));
  }

  private static Kernel required(String op, Kernel kernel, OpenDevice device) {
    if (!device.backend().supports(kernel)) {
      String type = kernel.type().scalarType();
      throw new DTypeException(
          "\""
              + op
              + "\" not implemented for '"
              + type
              + "' on "
              + device
              + ". Convert with to(...).");
    }
    return kernel;
  }

  /// Launches a kernel over contiguous operands; nothing is launched for no groups.
  ///
  /// @param read tensors the kernel reads, in the order of its parameters
  /// @param written fresh tensors the kernel fills
  /// @param writtenFirst whether the kernel's parameters name the written tensors first
  public static void call(
      String op,
      String kernel,
      DType type,
      List<Tensor> read,
      List<Tensor> written,
      boolean writtenFirst,
      long[] sizes,
      long groups,
      long groupWork) {
    if (groups == 0) {
      return;
    }
    OpenDevice device = ((EagerTensor) written.getFirst()).storage().device();
    Kernel k = required(op, new Kernel(kernel, type), device);
    int reads = read.size();
    Operand[] operands = new Operand[reads + written.size()];
    int firstRead = writtenFirst ? written.size() : 0;
    int firstWritten = writtenFirst ? 0 : reads;
    for (int i = 0; i < reads; i++) {
      EagerTensor t = (EagerTensor) read.get(i);
      requireContiguous(k, t);
      operands[firstRead + i] = t.storage().forReading(t.layout().offset(), NO_STRIDES);
    }
    for (int i = 0; i < written.size(); i++) {
      EagerTensor t = (EagerTensor) written.get(i);
      requireContiguous(k, t);
      if (t.storage().isPending()) {
        t.storage().forReading(0, NO_STRIDES);
      }
      operands[firstWritten + i] = t.storage().forFilling(t.layout().offset(), NO_STRIDES);
    }
    device.launch(new Launch.Call(op, k, operands, sizes, groups, groupWork));
  }

  /// An operation that hands on anything else has a mistake in it.
  private static void requireContiguous(Kernel kernel, EagerTensor t) {
    if (!t.isContiguous() && !STRIDED.contains(kernel.name())) {
      throw new AssertionError(kernel + " reads contiguous operands, not strides of " + t.shape());
    }
  }

  /// Whether a result of so many elements would wait that is made of a tensor.
  public static boolean waits(Tensor read, long elements) {
    EagerTensor t = (EagerTensor) read;
    return Fusion.waits(elements, new Source(t.storage(), t.layout()));
  }

  /// As [#call] with one fresh result, which waits where an elementwise result of its size would.
  ///
  /// @param read tensors the kernel reads, contiguous, and then it writes the result
  public static Tensor waiting(
      String op,
      String kernel,
      DType type,
      List<Tensor> read,
      Shape shape,
      long[] sizes,
      long groups,
      long groupWork) {
    Source[] sources = new Source[read.size()];
    for (int i = 0; i < sources.length; i++) {
      EagerTensor t = (EagerTensor) read.get(i);
      sources[i] = new Source(t.storage(), t.layout());
    }
    OpenDevice device = sources[0].storage().device();
    Kernel k = required(op, new Kernel(kernel, type), device);
    Launch.Call call = new Launch.Call(op, k, NO_OPERANDS, sizes, groups, groupWork);
    Storage result = Fusion.waiting(device, call, type, shape.elements(), sources);
    if (result != null) {
      return EagerTensor.of(result, Layout.contiguous(shape));
    }
    Tensor y = empty(read.getFirst(), shape, type);
    call(op, kernel, type, read, List.of(y), false, sizes, groups, groupWork);
    return y;
  }

  /// Has work read the tensors that one would be computed from which [#waiting] returned, so that it need
  /// not be in memory; null where it does not wait, or not for this kernel over these sizes.
  public static <T> @Nullable T insteadOf(
      Tensor result, String kernel, long[] sizes, Function<List<Tensor>, T> work) {
    EagerTensor t = (EagerTensor) result;
    if (!t.layout().covers(t.storage().elements())) {
      return null;
    }
    return Fusion.insteadOf(
        t.storage(),
        kernel,
        sizes,
        sources -> {
          List<Tensor> read = new ArrayList<>(sources.length);
          for (Source s : sources) {
            read.add(EagerTensor.alias(s.storage(), s.layout(), false));
          }
          return work.apply(read);
        });
  }
}
