package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Tensors;
import dev.adjoint.memory.CheckingBackend.Misuse;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// The checking backend notices what it is there to notice, whether the host sees the memory or not.
@ParameterizedClass(name = "memory in sight: {0}")
@ValueSource(booleans = {true, false})
class CheckingBackendTest {
  @Parameter boolean inSight;

  private static final Row EXP = Row.of(Row.Family.UNARY, "exp");
  private static final Program UNARY =
      Program.of(
          List.of(DType.FLOAT32),
          List.of(),
          List.of(new Program.Instruction(EXP, DType.FLOAT32, List.of(0))),
          List.of(1));

  private Consumer<Operand[]> behaviour = operands -> {};
  private final CheckingBackend checking =
      new CheckingBackend(new Device("checked", 99), new Scripted());
  private final Memory look = new Memory(checking);

  private record HostBuffer(MemorySegment memory, boolean inSight) implements Buffer {
    @Override
    public long bytes() {
      return memory.byteSize();
    }

    @Override
    public @Nullable MemorySegment hostView() {
      return inSight ? memory : null;
    }
  }

  /// A backend whose launches do what the test says.
  private final class Scripted implements Backend {
    @Override
    public Device device() {
      return new Device("scripted", 0);
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public boolean supports(Kernel kernel) {
      return true;
    }

    @Override
    public Buffer allocate(long bytes) {
      return new HostBuffer(Arena.ofAuto().allocate(bytes, 64), inSight);
    }

    @Override
    public void free(Buffer buffer) {}

    @Override
    public void upload(MemorySegment source, Buffer target, long targetOffset) {
      MemorySegment to = ((HostBuffer) target).memory();
      MemorySegment.copy(source, 0, to, targetOffset, source.byteSize());
    }

    @Override
    public void download(Buffer source, long sourceOffset, MemorySegment target) {
      MemorySegment from = ((HostBuffer) source).memory();
      MemorySegment.copy(from, sourceOffset, target, 0, target.byteSize());
    }

    @Override
    public void launch(Launch launch) {
      behaviour.accept(launch.operands());
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
  }

  private static void write(Operand operand, long element) {
    ((HostBuffer) operand.buffer()).memory().setAtIndex(ValueLayout.JAVA_FLOAT, element, 5);
  }

  private void launch(Operand input, Operand output, long elements) {
    checking.launch(
        new Launch.Elementwise(
            "exp", UNARY, new long[] {elements}, new Operand[] {input, output}, new long[0]));
  }

  private static Operand at(Buffer buffer, long offset) {
    return new Operand(buffer, offset, new long[] {1});
  }

  private static String misuse(Runnable body) {
    return assertThrows(Misuse.class, body::run).getMessage();
  }

  @Test
  void freshMemoryIsNotANumber() {
    Buffer buffer = checking.allocate(64);
    assertTrue(Float.isNaN(look.read(buffer).get(ValueLayout.JAVA_FLOAT, 0)));
    assertTrue(Double.isNaN(look.read(buffer).get(ValueLayout.JAVA_DOUBLE, 8)));
  }

  @Test
  void anHonestLaunchPasses() {
    Buffer in = checking.allocate(64);
    Buffer out = checking.allocate(64);
    behaviour = operands -> write(operands[1], 3);
    launch(at(in, 0), at(out, 2), 4);
    assertEquals(5, look.read(out).getAtIndex(ValueLayout.JAVA_FLOAT, 3));
  }

  @Test
  void aWrittenInputIsNoticed() {
    Buffer in = checking.allocate(64);
    Buffer out = checking.allocate(64);
    behaviour = operands -> write(operands[0], 1);
    assertEquals("exp: the launch wrote an input", misuse(() -> launch(at(in, 0), at(out, 0), 4)));
  }

  @Test
  void aWriteBesideTheOutputIsNoticed() {
    Buffer in = checking.allocate(64);
    Buffer out = checking.allocate(64);
    behaviour = operands -> write(operands[1], 4);
    String message = misuse(() -> launch(at(in, 0), at(out, 0), 4));
    assertTrue(message.endsWith("which is part of no output"), message);
  }

  @Test
  void anOperandOutsideItsBufferIsRefused() {
    Buffer in = checking.allocate(64);
    Buffer out = checking.allocate(64);
    assertEquals(
        "exp: bytes 8 to 72 of a buffer of 64", misuse(() -> launch(at(in, 2), at(out, 0), 16)));
    misuse(() -> launch(at(in, 0), at(out, 1), 16));
    misuse(() -> launch(new Operand(in, 0, new long[] {-1}), at(out, 0), 2));
  }

  @Test
  void memoryGivenBackIsRefused() {
    Buffer in = checking.allocate(64);
    Buffer out = checking.allocate(64);
    checking.free(in);
    String freed = "a buffer was used after it was given back";
    assertEquals(freed, misuse(() -> launch(at(in, 0), at(out, 0), 4)));
    assertEquals(freed, misuse(() -> checking.free(in)));
    MemorySegment bytes = MemorySegment.ofArray(new byte[4]);
    assertEquals(freed, misuse(() -> checking.upload(bytes, in, 0)));
    assertEquals(freed, misuse(() -> checking.download(in, 0, bytes)));
  }

  @Test
  void anOutputThatWasNotWrittenHoldsPoison() {
    Buffer in = checking.allocate(64);
    Buffer out = checking.allocate(64);
    look.fill(out, (byte) 0);
    launch(at(in, 0), at(out, 0), 4);
    assertTrue(Float.isNaN(look.read(out).get(ValueLayout.JAVA_FLOAT, 0)));
    assertEquals(0, look.read(out).get(ValueLayout.JAVA_FLOAT, 16));
  }

  @Test
  void theSuiteRunsOnACheckedDevice() {
    List<String> names =
        dev.adjoint.Devices.presentAndChecked().stream().map(Device::toString).toList();
    String first = System.getProperty("adjoint.device", "cpu");
    assertTrue(names.containsAll(List.of(first, "checked:0")), names::toString);
    Device checked = new Device("checked", 0);
    float[] data = {1, 2};
    assertEquals(3, Tensors.tensor(data, DType.FLOAT32, checked).sum().item());
  }
}
