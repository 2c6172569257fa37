package dev.adjoint.memory;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Interpreter;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.MemoryCapacity;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.Device;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A backend that trusts nobody: it poisons fresh memory, refuses operands outside their buffers and
/// buffers given back, and compares memory to find launches that wrote what they may only read.
///
/// It runs launches one at a time, and looks near what they may write. Of structured kernels it checks
/// only that their buffers are alive.
public class CheckingBackend implements Backend, MemoryCapacity {
  /// All bits set: NaN as a float or double, -1 as an integer, no bool at all.
  static final byte POISON = (byte) 0xff;

  private final Device name;
  private final Backend backend;
  private final Memory memory = new Memory(this);

  CheckingBackend(Device name, Backend backend) {
    this.name = name;
    this.backend = backend;
  }

  private static final class Interpreting extends CheckingBackend implements Interpreter {
    Interpreting(Device name, Backend backend) {
      super(name, backend);
    }
  }

  /// Stands before a backend, and is an [Interpreter] if that is one.
  public static CheckingBackend of(Device name, Backend backend) {
    return backend instanceof Interpreter
        ? new Interpreting(name, backend)
        : new CheckingBackend(name, backend);
  }

  /// Thrown instead of an [AssertionError] of a test framework, so that it is no tensor error.
  static final class Misuse extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    Misuse(String message) {
      super(message);
    }
  }

  /// Memory of the backend behind this one, and whether it still is.
  private static final class CheckedBuffer implements Buffer {
    final Buffer inner;
    boolean freed;

    CheckedBuffer(Buffer inner) {
      this.inner = inner;
    }

    @Override
    public long bytes() {
      return inner.bytes();
    }

    @Override
    public @Nullable MemorySegment hostView() {
      return live(this).inner.hostView();
    }
  }

  @Override
  public Device device() {
    return name;
  }

  @Override
  public String description() {
    return backend.description() + ", checked";
  }

  @Override
  public long memoryBytes() {
    return ((MemoryCapacity) backend).memoryBytes();
  }

  @Override
  public boolean supports(Kernel kernel) {
    return backend.supports(kernel);
  }

  @Override
  public synchronized Buffer allocate(long bytes) {
    CheckedBuffer buffer = new CheckedBuffer(backend.allocate(bytes));
    memory.fill(buffer, POISON);
    return buffer;
  }

  @Override
  public synchronized void free(Buffer buffer) {
    CheckedBuffer checked = live(buffer);
    memory.fill(checked, POISON);
    checked.freed = true;
    backend.free(checked.inner);
  }

  @Override
  public synchronized void upload(MemorySegment source, Buffer target, long targetOffset) {
    inside(target, targetOffset, source.byteSize(), "upload");
    backend.upload(source, live(target).inner, targetOffset);
  }

  @Override
  public synchronized void download(Buffer source, long sourceOffset, MemorySegment target) {
    inside(source, sourceOffset, target.byteSize(), "download");
    backend.download(live(source).inner, sourceOffset, target);
  }

  @Override
  public synchronized void launch(Launch launch) {
    switch (launch) {
      case Launch.Elementwise e -> {
        List<Region> regions = regions(e.op(), e.program(), e.shape(), e.shape(), e.operands());
        Launch inner =
            new Launch.Elementwise(
                e.op(), e.program(), e.shape(), inner(e.operands(), e.shape().length), e.scalars());
        memory.watch(e.op(), regions, e.program().inputs().size(), () -> backend.launch(inner));
      }
      case Launch.Fold f -> {
        long[] kept = java.util.Arrays.copyOf(f.shape(), f.shape().length - f.folded());
        List<Region> regions = regions(f.op(), f.program(), f.shape(), kept, f.operands());
        int last = f.operands().length - 1;
        Operand[] operands = new Operand[last + 1];
        for (int i = 0; i <= last; i++) {
          operands[i] = inner(f.operands()[i], i < last ? f.shape().length : kept.length);
        }
        Launch inner =
            new Launch.Fold(
                f.op(), f.reducer(), f.program(), f.shape(), f.folded(), operands, f.scalars());
        memory.watch(f.op(), regions, f.program().inputs().size(), () -> backend.launch(inner));
      }
      case Launch.Call c ->
          backend.launch(
              new Launch.Call(
                  c.op(),
                  c.kernel(),
                  inner(c.operands(), 0),
                  c.sizes(),
                  c.groups(),
                  c.groupWork()));
    }
  }

  /// Where each operand's elements lie; the last has a shape of its own.
  private static List<Region> regions(
      String op, Program program, long[] shape, long[] written, Operand[] operands) {
    int inputs = program.inputs().size();
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      int value = i < inputs ? i : program.outputs().get(i - inputs);
      int bytes = program.typeOf(value).bytes();
      Region region = Region.of(operands[i], i < operands.length - 1 ? shape : written, bytes);
      if (region.count() > 0) {
        inside(operands[i].buffer(), region.from() * bytes, region.span() * bytes, op);
      }
      regions.add(region);
    }
    return regions;
  }

  private static Operand[] inner(Operand[] operands, int rank) {
    Operand[] out = new Operand[operands.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = inner(operands[i], rank);
    }
    return out;
  }

  private static Operand inner(Operand operand, int rank) {
    long[] strides = new long[rank];
    for (int d = 0; d < rank; d++) {
      strides[d] = operand.stride(d);
    }
    return new Operand(live(operand.buffer()).inner, operand.offset(), strides);
  }

  private static CheckedBuffer live(Buffer buffer) {
    CheckedBuffer checked = (CheckedBuffer) buffer;
    if (checked.freed) {
      throw new Misuse("a buffer was used after it was given back");
    }
    return checked;
  }

  private static void inside(Buffer buffer, long from, long size, String op) {
    if (from < 0 || size < 0 || from + size > live(buffer).bytes()) {
      throw new Misuse(
          op + ": bytes " + from + " to " + (from + size) + " of a buffer of " + buffer.bytes());
    }
  }

  @Override
  public void synchronize() {
    backend.synchronize();
  }

  @Override
  public void close() {}
}
