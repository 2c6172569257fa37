package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.OutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers the kernel `matmul` by cuBLAS, where it is installed and the property
/// `adjoint.cuda.cublas` is not `false`. What the sizes of a launch mean is in
/// `native-kernels/structured/matmul.kernel.h`.
///
/// Products of float16 and bfloat16 are added up in float32 by tensor cores, and rounded once.
/// While the property `adjoint.cuda.tf32` is `true`, products of float32 are made by tensor cores,
/// from factors of 10 bits instead of 23; like PyTorch's `allow_tf32` it may change while a program
/// runs and is off unless it is asked for.
final class Cublas implements AutoCloseable {
  static final String PROPERTY = "adjoint.cuda.cublas";
  static final String TF32_PROPERTY = "adjoint.cuda.tf32";
  static final List<String> SONAMES =
      List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11");

  /// Given to cuBLAS beforehand, so that it allocates nothing while a graph is captured.
  static final long WORKSPACE_BYTES = 32L << 20;

  private static final System.Logger LOG = System.getLogger("dev.adjoint");
  private static final int SUCCESS = 0;
  private static final int ALLOC_FAILED = 3;

  // Of library_types.h and cublas_api.h.
  private static final int REAL_32 = 0;
  private static final int REAL_64 = 1;
  private static final int REAL_16 = 2;
  private static final int BRAIN_16 = 14;
  private static final int COMPUTE_32 = 68;
  private static final int COMPUTE_32_FAST_TF32 = 77;
  private static final int COMPUTE_64 = 70;
  private static final int AS_IS = 0;
  private static final int TRANSPOSED = 1;
  private static final int DEFAULT_ALGORITHM = -1;

  private final ToolkitLibrary library;
  private final Device device;
  private final long handle;
  private final MethodHandle multiply;
  private final MemorySegment zeroAndOne = Arena.ofAuto().allocate(24, 8);
  private final CudaBuffer workspace;
  private boolean works = true;
  private long stream;

  /// A matrix as cuBLAS sees it, which counts by columns: its columns are our rows, `leading`
  /// elements apart, or our columns.
  private record Factor(long address, int transposed, long leading, long batchStride) {}

  /// cuBLAS for a device whose context is current; null when there is none.
  ///
  /// @param workspace [#WORKSPACE_BYTES] of the device's memory
  static @Nullable Cublas find(
      Device device, int driverVersion, long stream, CudaBuffer workspace) {
    ToolkitLibrary library = ToolkitLibrary.find(PROPERTY, SONAMES, driverVersion);
    if (library == null) {
      return null;
    }
    Cublas cublas = new Cublas(library, device, workspace);
    if (cublas.handle == 0) {
      return null;
    }
    if (cublas.use(stream)) {
      return cublas;
    }
    cublas.close();
    return null;
  }

  private Cublas(ToolkitLibrary library, Device device, CudaBuffer workspace) {
    this.library = library;
    this.workspace = workspace;
    this.device = device;
    this.multiply = multiply(library);
    zeroAndOne.set(JAVA_DOUBLE, 8, 1);
    zeroAndOne.set(JAVA_FLOAT, 16, 1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment made = arena.allocate(JAVA_LONG);
      int status = (int) library.function("cublasCreate_v2", ADDRESS).invokeExact(made);
      this.handle = status == SUCCESS ? made.get(JAVA_LONG, 0) : 0;
      if (status != SUCCESS) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}: {1} does not start, with status {2}; own kernels multiply without it.",
            device,
            library.file(),
            status);
      }
    } catch (Throwable e) {
      throw ToolkitLibrary.unexpected(e);
    }
  }

  private static MethodHandle multiply(ToolkitLibrary library) {
    MemoryLayout[] parameters = {
      JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT,
      JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT,
      JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT
    };
    return library.function("cublasGemmStridedBatchedEx", parameters);
  }

  private boolean use(long next) {
    if (stream == next) {
      return true;
    }
    stream = 0;
    try {
      MethodHandle setStream = library.function("cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
      MethodHandle setWorkspace =
          library.function("cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
      // In this order: a new stream takes the workspace back.
      boolean used =
          (int) setStream.invokeExact(handle, next) == SUCCESS
              && (int) setWorkspace.invokeExact(handle, workspace.address(), workspace.bytes())
                  == SUCCESS;
      stream = used ? next : 0;
      return used;
    } catch (Throwable e) {
      throw ToolkitLibrary.unexpected(e);
    }
  }

  /// `libcublas.so.12, TF32 off`
  String description() {
    return library.file() + (usesTf32() ? ", TF32 on" : ", TF32 off");
  }

  /// Whether it multiplies matrices of a type.
  synchronized boolean multiplies(DType type) {
    return works && type.isFloating();
  }

  /// Queues a product, or answers false when it is the portable kernel's. The context must be
  /// current.
  synchronized boolean launch(Launch.Call call, long on) {
    long[] s = call.sizes();
    DType type = call.kernel().type();
    if (!multiplies(type) || !fits(s)) {
      return false;
    }
    Operand[] operands = call.operands();
    Factor a = factor(operands[0], type, s[4], s[5], s[6], s[1], s[3]);
    Factor b = factor(operands[1], type, s[7], s[8], s[9], s[3], s[2]);
    if (a == null || b == null || !use(on)) {
      return false;
    }
    int status = multiply(type, s, a, b, address(operands[2], type));
    if (status == ALLOC_FAILED) {
      throw new OutOfMemoryException(
          device + ": " + call.op() + ": cuBLAS has no memory. Close tensors that are not needed.");
    }
    if (status != SUCCESS) {
      works = false;
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1}: {2} fails with status {3}; own kernels multiply without it. -D{4}=false says so"
              + " from the start.",
          device,
          call.op(),
          library.file(),
          status,
          PROPERTY);
    }
    return works;
  }

  private static boolean fits(long[] sizes) {
    for (int i = 0; i < 4; i++) {
      if (sizes[i] > Integer.MAX_VALUE) {
        return false;
      }
    }
    return true;
  }

  /// By columns the product is that of the transposed factors, in the other order.
  private int multiply(DType type, long[] s, Factor a, Factor b, long c) {
    int kind = kind(type);
    MemorySegment one = zeroAndOne.asSlice(type == DType.FLOAT64 ? 8 : 16);
    MemorySegment beta = s[10] != 0 ? one : zeroAndOne;
    try {
      return (int)
          multiply.invokeExact(
              handle,
              b.transposed,
              a.transposed,
              (int) s[2],
              (int) s[1],
              (int) s[3],
              one,
              b.address,
              kind,
              (int) b.leading,
              b.batchStride,
              a.address,
              kind,
              (int) a.leading,
              a.batchStride,
              beta,
              c,
              kind,
              (int) s[2],
              s[1] * s[2],
              (int) s[0],
              compute(type),
              DEFAULT_ALGORITHM);
    } catch (Throwable e) {
      throw ToolkitLibrary.unexpected(e);
    }
  }

  private static int kind(DType type) {
    return switch (type) {
      case FLOAT64 -> REAL_64;
      case FLOAT16 -> REAL_16;
      case BFLOAT16 -> BRAIN_16;
      default -> REAL_32;
    };
  }

  private static boolean usesTf32() {
    return Boolean.getBoolean(TF32_PROPERTY);
  }

  /// The type of sums and of the two numbers that scale.
  private static int compute(DType type) {
    return switch (type) {
      case FLOAT64 -> COMPUTE_64;
      case FLOAT32 -> usesTf32() ? COMPUTE_32_FAST_TF32 : COMPUTE_32;
      default -> COMPUTE_32;
    };
  }

  private static long address(Operand operand, DType type) {
    return ((CudaBuffer) operand.buffer()).address() + operand.offset() * type.bytes();
  }

  /// Null when neither rows nor columns are dense.
  private static @Nullable Factor factor(
      Operand operand,
      DType type,
      long batch,
      long rowStride,
      long columnStride,
      long rows,
      long columns) {
    long row = rows == 1 ? Math.max(1, columns) : rowStride; // of one row, the stride says nothing
    long column = columns == 1 ? Math.max(1, rows) : columnStride;
    long at = address(operand, type);
    if (batch < 0) {
      return null;
    }
    if ((columns == 1 || column == 1) && row >= Math.max(1, columns) && row <= Integer.MAX_VALUE) {
      return new Factor(at, AS_IS, row, batch);
    }
    return (rows == 1 || row == 1) && column >= Math.max(1, rows) && column <= Integer.MAX_VALUE
        ? new Factor(at, TRANSPOSED, column, batch)
        : null;
  }

  @Override
  public void close() {
    try {
      int ignored = (int) library.function("cublasDestroy_v2", JAVA_LONG).invokeExact(handle);
    } catch (Throwable e) {
      throw ToolkitLibrary.unexpected(e);
    }
  }
}
