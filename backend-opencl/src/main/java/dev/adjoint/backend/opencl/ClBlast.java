package dev.adjoint.backend.opencl;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.lowering.Limits;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers the kernel `matmul` by CLBlast, where it is installed and the property
/// `adjoint.opencl.clblast` is `true`, which it is unless set, but on CPUs: the library's own product for
/// them takes a sixth of the time. What the sizes of a launch mean is in
/// `native-kernels/structured/matmul.kernel.h`.
final class ClBlast {
  private static final System.Logger LOG = System.getLogger("dev.adjoint");
  private static final String PROPERTY = "adjoint.opencl.clblast";
  private static final List<String> NAMES =
      List.of("libclblast.so.1", "libclblast.so", "libclblast.dylib", "clblast.dll");

  /// Multiplications below which the call costs more than it saves.
  private static final long LITTLE = 1 << 12;

  private static final int ROW_MAJOR = 101;
  private static final int AS_IS = 111;
  private static final int TRANSPOSED = 112;

  private final ClContext context;
  private final MethodHandle single;
  private final MethodHandle twice;
  private final MemorySegment queue = Arena.ofAuto().allocate(8, 8);
  private volatile boolean works = true;

  private ClBlast(ClContext context, SymbolLookup library) {
    this.context = context;
    this.twice = gemm(library, "CLBlastDgemmStridedBatched", JAVA_DOUBLE);
    // Its two factors, 1 and 0 or 1, are the same numbers in float32.
    this.single =
        MethodHandles.explicitCastArguments(
            gemm(library, "CLBlastSgemmStridedBatched", JAVA_FLOAT), twice.type());
    queue.set(JAVA_LONG, 0, context.queueHandle());
  }

  /// A matrix as CLBlast sees it: rows that lie `leading` elements apart, or columns that do.
  private record Factor(long memory, long offset, int order, long leading, long batchStride) {}

  static boolean isWanted(Limits limits) {
    String said = System.getProperty(PROPERTY);
    return said == null ? !limits.ranges() : Boolean.parseBoolean(said);
  }

  /// CLBlast for this device; null when there is none.
  static @Nullable ClBlast find(ClContext context) {
    SymbolLookup library = IcdLoader.find(NAMES);
    return library == null || library.find("CLBlastSgemmStridedBatched").isEmpty()
        ? null
        : new ClBlast(context, library);
  }

  /// Queues the launch, or answers false when it is the portable kernel's.
  boolean launch(Launch.Call call) {
    long[] s = call.sizes();
    DType type = call.kernel().type();
    if (!works
        || !call.kernel().name().equals("matmul")
        || !type.isFloating()
        || s[1] * s[2] * s[3] < LITTLE) {
      return false;
    }
    Factor a = factor(call.operands()[0], s[4], s[5], s[6], s[1], s[3]);
    Factor b = factor(call.operands()[1], s[7], s[8], s[9], s[3], s[2]);
    if (a == null || b == null) {
      return false;
    }
    Operand c = call.operands()[2];
    int status = multiply(type == DType.FLOAT32 ? single : twice, s, a, b, c);
    if (ClStatus.isOutOfMemory(status)) {
      throw ClStatus.exception(status, context.device(), call.description());
    }
    if (status != ClStatus.SUCCESS) {
      works = false;
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1}: CLBlast fails with {2}; own kernels go on without it. -D{3}=false says so from"
              + " the start.",
          context.device(),
          call.description(),
          ClStatus.name(status),
          PROPERTY);
    }
    return works;
  }

  private int multiply(MethodHandle gemm, long[] s, Factor a, Factor b, Operand c) {
    try {
      return (int)
          gemm.invokeExact(
              ROW_MAJOR,
              a.order,
              b.order,
              s[1],
              s[2],
              s[3],
              1d,
              a.memory,
              a.offset,
              a.leading,
              a.batchStride,
              b.memory,
              b.offset,
              b.leading,
              b.batchStride,
              (double) s[10],
              handle(c),
              c.offset(),
              s[2],
              s[1] * s[2],
              s[0],
              queue.address(),
              0L);
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  private static long handle(Operand operand) {
    return ((OpenClBuffer) operand.buffer()).handle();
  }

  /// Null when neither rows nor columns are dense.
  private static @Nullable Factor factor(
      Operand operand, long batch, long rowStride, long columnStride, long rows, long columns) {
    long memory = handle(operand);
    long row = rows == 1 ? columns : rowStride; // of one row, the stride says nothing
    long column = columns == 1 ? rows : columnStride;
    if (batch < 0) {
      return null;
    }
    if ((columns == 1 || column == 1) && row >= columns) {
      return new Factor(memory, operand.offset(), AS_IS, row, batch);
    }
    return (rows == 1 || row == 1) && column >= rows
        ? new Factor(memory, operand.offset(), TRANSPOSED, column, batch)
        : null;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle gemm(SymbolLookup library, String name, MemoryLayout number) {
    FunctionDescriptor type =
        FunctionDescriptor.of(
            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, number,
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            number, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    return Linker.nativeLinker().downcallHandle(library.find(name).orElseThrow(), type);
  }
}
