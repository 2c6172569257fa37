package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A backend and the few words that tests say to it: arrays in, arrays out, always as doubles.
final class Host implements AutoCloseable {
  static final long[] NO_SCALARS = {};

  private final Backend backend;
  private final List<Buffer> buffers = new ArrayList<>();

  Host(int threads) {
    NativeLibrary.kernels();
    backend = new CpuBackend(new WorkerPool(threads));
  }

  Backend backend() {
    return backend;
  }

  Buffer buffer(DType type, long elements) {
    Buffer buffer = backend.allocate(Math.max(1, elements * type.bytes()));
    buffers.add(buffer);
    return buffer;
  }

  /// The values as elements of the type, in new memory.
  Buffer upload(DType type, double... values) {
    Buffer buffer = buffer(type, values.length);
    MemorySegment memory = buffer.hostView();
    for (int i = 0; i < values.length; i++) {
      switch (type) {
        case BOOL, UINT8 -> memory.set(JAVA_BYTE, i, (byte) (long) values[i]);
        case INT32 -> memory.setAtIndex(JAVA_INT, i, (int) values[i]);
        case INT64 -> memory.setAtIndex(JAVA_LONG, i, (long) values[i]);
        case FLOAT16, BFLOAT16 -> memory.setAtIndex(JAVA_SHORT, i, half(values[i], type));
        case FLOAT32 -> memory.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
        case FLOAT64 -> memory.setAtIndex(JAVA_DOUBLE, i, values[i]);
      }
    }
    return buffer;
  }

  /// Exact for what a bfloat16 can hold.
  private static short half(double value, DType type) {
    return type == DType.FLOAT16
        ? Float.floatToFloat16((float) value)
        : (short) (Float.floatToIntBits((float) value) >>> 16);
  }

  double[] download(DType type, Buffer buffer, int elements) {
    MemorySegment memory = buffer.hostView();
    double[] values = new double[elements];
    for (int i = 0; i < elements; i++) {
      values[i] =
          switch (type) {
            case BOOL, UINT8 -> memory.get(JAVA_BYTE, i) & 255;
            case INT32 -> memory.getAtIndex(JAVA_INT, i);
            case INT64 -> memory.getAtIndex(JAVA_LONG, i);
            case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(JAVA_SHORT, i));
            case BFLOAT16 -> Float.intBitsToFloat(memory.getAtIndex(JAVA_SHORT, i) << 16);
            case FLOAT32 -> memory.getAtIndex(JAVA_FLOAT, i);
            case FLOAT64 -> memory.getAtIndex(JAVA_DOUBLE, i);
          };
    }
    return values;
  }

  /// The program of one row.
  static Program program(Row row, DType type, DType... inputs) {
    List<Integer> arguments = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      arguments.add(i);
    }
    List<Instruction> code = List.of(new Instruction(row, type, arguments));
    return Program.of(List.of(inputs), List.of(), code, List.of(inputs.length));
  }

  /// The program that yields its input.
  static Program identity(DType type) {
    return Program.of(List.of(type), List.of(), List.of(), List.of(0));
  }

  /// Applies one row to contiguous operands.
  double[] apply(Row row, DType type, DType result, DType[] inputs, double[]... values) {
    int n = values.length == 0 ? 1 : values[0].length;
    Operand[] operands = new Operand[inputs.length + 1];
    for (int i = 0; i < inputs.length; i++) {
      operands[i] = dense(upload(inputs[i], values[i]));
    }
    Buffer out = buffer(result, n);
    operands[inputs.length] = dense(out);
    run(program(row, type, inputs), new long[] {n}, operands);
    return download(result, out, n);
  }

  static Operand dense(Buffer buffer) {
    return new Operand(buffer, 0, new long[] {1});
  }

  void run(Program program, long[] shape, Operand... operands) {
    backend.launch(new Launch.Elementwise("test", program, shape, operands, NO_SCALARS));
  }

  void fold(Reducer reducer, Program program, long[] shape, int folded, Operand... operands) {
    backend.launch(new Launch.Fold("test", reducer, program, shape, folded, operands, NO_SCALARS));
  }

  void call(String kernel, DType type, long[] sizes, long groups, Buffer... buffers) {
    Operand[] operands =
        Arrays.stream(buffers).map(b -> new Operand(b, 0, new long[0])).toArray(Operand[]::new);
    backend.launch(
        new Launch.Call("test", new Kernel(kernel, type), operands, sizes, groups, 1 << 12));
  }

  @Override
  public void close() {
    buffers.forEach(backend::free);
    backend.close();
  }
}
