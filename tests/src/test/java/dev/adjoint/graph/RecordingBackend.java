package dev.adjoint.graph;

import dev.adjoint.memory.Devices;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Interpreter;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.type.Device;
import dev.adjoint.type.OutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A device without a processor: it keeps a list of what it was asked to run, and runs nothing.
public class RecordingBackend implements Backend {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Device device = new Device("recording", NUMBER.getAndIncrement());
  private final List<Launch> launches = new CopyOnWriteArrayList<>();
  private final List<Buffer> freed = new CopyOnWriteArrayList<>();
  private final AtomicInteger downloads = new AtomicInteger();
  private volatile long room;

  private RecordingBackend(long room) {
    this.room = room;
  }

  /// A new device under a name of its own, open to the runtime.
  public static RecordingBackend open() {
    return open(Long.MAX_VALUE);
  }

  /// As [#open()], with room for so many bytes.
  public static RecordingBackend open(long room) {
    return registered(new RecordingBackend(room));
  }

  /// As [#open()], of a device that compiles nothing.
  public static RecordingBackend interpreting() {
    return interpreting(Long.MAX_VALUE);
  }

  /// As [#interpreting()], with room for so many bytes.
  public static RecordingBackend interpreting(long room) {
    return registered(new Interpreting(room));
  }

  private static final class Interpreting extends RecordingBackend implements Interpreter {
    Interpreting(long room) {
      super(room);
    }
  }

  private static RecordingBackend registered(RecordingBackend backend) {
    Devices.register(new OpenDevice(backend));
    return backend;
  }

  /// Takes memory when somebody looks at it.
  private static final class Memory implements Buffer {
    private final long bytes;
    private @Nullable MemorySegment hostView;

    Memory(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public synchronized MemorySegment hostView() {
      MemorySegment view = hostView;
      if (view == null) {
        view = Arena.ofAuto().allocate(bytes, 64);
        hostView = view;
      }
      return view;
    }
  }

  /// What was launched so far, oldest first.
  public List<Launch> launches() {
    return List.copyOf(launches);
  }

  /// What a piece of work launches, in order.
  public List<Launch> launchesOf(Runnable work) {
    int before = launches.size();
    work.run();
    return List.copyOf(launches.subList(before, launches.size()));
  }

  /// Buffers that were given back.
  public List<Buffer> freed() {
    return List.copyOf(freed);
  }

  /// How often memory was read.
  public int downloads() {
    return downloads.get();
  }

  /// A launch in short: `elementwise mul sub -> 2` is a program of two rows that stores two values,
  /// `fold sum(mul)` a fold whose prologue is one row, `fold sum(mul) -> 1` one that also stores a value,
  /// `call pack` a kernel.
  public static String describe(Launch launch) {
    return switch (launch) {
      case Launch.Elementwise e ->
          "elementwise " + rows(e.program().instructions()) + " -> " + e.program().outputs().size();
      case Launch.Fold f ->
          "fold "
              + f.op()
              + ("(" + rows(f.program().instructions()) + ")")
              + (f.stored() == 0 ? "" : " -> " + f.stored());
      case Launch.Call c -> "call " + c.kernel().name();
    };
  }

  /// Launches in short; see [#describe].
  public static List<String> describe(List<Launch> launches) {
    return launches.stream().map(RecordingBackend::describe).toList();
  }

  private static String rows(List<Instruction> instructions) {
    return String.join(" ", instructions.stream().map(i -> i.row().name()).toList());
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public String description() {
    return "keeps a list";
  }

  @Override
  public boolean supports(Kernel kernel) {
    return true;
  }

  @Override
  public Buffer allocate(long bytes) {
    if (bytes > room) {
      throw new OutOfMemoryException("no room for " + bytes + " bytes");
    }
    room -= bytes;
    return new Memory(bytes);
  }

  @Override
  public void free(Buffer buffer) {
    room += buffer.bytes();
    freed.add(buffer);
  }

  @Override
  public void upload(MemorySegment source, Buffer target, long targetOffset) {
    MemorySegment to = ((Memory) target).hostView();
    MemorySegment.copy(source, 0, to, targetOffset, source.byteSize());
  }

  @Override
  public void download(Buffer source, long sourceOffset, MemorySegment target) {
    downloads.incrementAndGet();
    MemorySegment from = ((Memory) source).hostView();
    MemorySegment.copy(from, sourceOffset, target, 0, target.byteSize());
  }

  @Override
  public void launch(Launch launch) {
    launches.add(launch);
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}
}
