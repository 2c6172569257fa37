package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Products of float32 and float64 matrices by whatever BLAS there is: the one that the property
/// `adjoint.blas` names, the OpenBLAS in bytedeco's jar, or the system's.
///
/// It runs on the thread that calls it; [MatMul] brings the threads.
final class Blas {
  private static final String PROPERTY = "adjoint.blas";
  private static final String ADVICE =
      "Give the file of one that has the CBLAS interface, such as libopenblas.so.0, by -D"
          + PROPERTY
          + "=<file>, or none to do without.";
  private static final List<String> SYSTEM =
      List.of(
          "libopenblas.so.0",
          "libmkl_rt.so.3",
          "libmkl_rt.so.2",
          "libblas.so.3",
          "libopenblas.dylib");

  /// bytedeco's names: `linux-arm64`, `macosx-arm64`.
  private static final String PLATFORM =
      NativeLibrary.PLATFORM.replace("aarch64", "arm64").replace("macos", "macosx");

  private static final String BUNDLED = "org/bytedeco/openblas/" + PLATFORM + "/";
  static final int ROW_MAJOR = 101;
  private static final int AS_IS = 111;
  static final int TRANSPOSED = 112;

  /// A matrix as BLAS sees it: rows that lie `leading` elements apart, or columns that do.
  record Matrix(long address, boolean transposed, int leading) {

    /// What begins at a row and a column of it.
    Matrix at(long row, long column, int bytes) {
      long offset = transposed ? column * leading + row : row * leading + column;
      return new Matrix(address + offset * bytes, transposed, leading);
    }

    private int order() {
      return transposed ? TRANSPOSED : AS_IS;
    }
  }

  private static final class Holder {
    private static final Supplier<@Nullable Blas> FOUND = found();

    /// Throws when it is asked, as a class whose initialization failed does not say why a second time.
    private static Supplier<@Nullable Blas> found() {
      try {
        Blas blas = OpenBlasCore.chosenFor(Blas::find);
        return () -> blas;
      } catch (DeviceException e) {
        return () -> {
          throw e;
        };
      }
    }
  }

  private final MethodHandle sgemm;
  private final MethodHandle dgemm;
  private final MethodHandle sgemv;
  private final MethodHandle dgemv;
  private final @Nullable SmallProducts small;

  private Blas(SymbolLookup library) {
    this.sgemm = gemm(library, "cblas_sgemm", JAVA_FLOAT);
    this.dgemm = gemm(library, "cblas_dgemm", JAVA_DOUBLE);
    this.sgemv = gemv(library, "cblas_sgemv", JAVA_FLOAT);
    this.dgemv = gemv(library, "cblas_dgemv", JAVA_DOUBLE);
    keepToOneThread(library);
    this.small = SmallProducts.of(this, library);
  }

  /// The BLAS of this process, loaded at the first call; null when there is none.
  ///
  /// @throws DeviceException when the one that was named cannot be loaded
  static @Nullable Blas get() {
    return Holder.FOUND.get();
  }

  /// Whether there is one, for numbers of this type.
  static boolean multiplies(DType type) {
    return (type == DType.FLOAT32 || type == DType.FLOAT64) && get() != null;
  }

  private static @Nullable Blas find() {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return named.equals("none") ? null : new Blas(NativeLibrary.load(Path.of(named), ADVICE));
    }
    Path bundled = PLATFORM.startsWith("macosx") ? bundledForMac() : bundledForLinux();
    return bundled != null ? new Blas(NativeLibrary.load(bundled)) : ofSystem();
  }

  private static @Nullable Path bundledForLinux() {
    return NativeLibrary.extract(
        BUNDLED + "libopenblas.so.0", "libgfortran.so.5", "libquadmath.so.0", "libgcc_s.so.1");
  }

  private static @Nullable Path bundledForMac() {
    return NativeLibrary.extract(
        BUNDLED + "libopenblas.0.dylib",
        "libgfortran.dylib",
        "libquadmath.0.dylib",
        "libgcc_s.1.1.dylib");
  }

  private static @Nullable Blas ofSystem() {
    for (String name : SYSTEM) {
      SymbolLookup library = installed(name);
      if (library != null && library.find("cblas_sgemm").isPresent()) {
        return new Blas(library);
      }
    }
    return null;
  }

  @SuppressWarnings("restricted")
  private static @Nullable SymbolLookup installed(String name) {
    try {
      return SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// Bytes that [#multiply] may use for itself; 0 when one call of the BLAS is best for any size.
  long workspace(DType type) {
    return small != null && type == DType.FLOAT32 ? SmallProducts.WORKSPACE : 0;
  }

  /// `c = a b + beta c`, with c's rows lying `leading` elements apart.
  ///
  /// @param workspace where [#workspace] bytes are the caller's alone
  void multiply(
      DType type,
      int m,
      int n,
      int k,
      Matrix a,
      Matrix b,
      double beta,
      long c,
      int leading,
      long workspace) {
    if (type == DType.FLOAT64) {
      multiplyDoubles(m, n, k, a, b, beta, c, leading);
    } else if (small != null && SmallProducts.pay(m, n, k, b.transposed)) {
      small.multiply(m, n, k, a, b, beta, c, leading, workspace);
    } else {
      multiplyFloats(m, n, k, a, b, beta, c, leading);
    }
  }

  /// By one call of the BLAS.
  void multiplyFloats(int m, int n, int k, Matrix a, Matrix b, double beta, long c, int leading) {
    try {
      sgemm.invokeExact(
          ROW_MAJOR,
          a.order(),
          b.order(),
          m,
          n,
          k,
          1f,
          a.address,
          a.leading,
          b.address,
          b.leading,
          (float) beta,
          c,
          leading);
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }

  private void multiplyDoubles(
      int m, int n, int k, Matrix a, Matrix b, double beta, long c, int leading) {
    try {
      dgemm.invokeExact(
          ROW_MAJOR, a.order(), b.order(), m, n, k, 1d, a.address, a.leading, b.address, b.leading,
          beta, c, leading);
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }

  /// `y = a x + beta y` for a matrix of rows by columns, as it is after its transposition.
  void multiplyVector(
      DType type, int rows, int columns, Matrix a, long x, int stride, double beta, long y) {
    int m = a.transposed ? columns : rows; // BLAS takes the sizes of what lies in memory
    int n = a.transposed ? rows : columns;
    try {
      if (type == DType.FLOAT32) {
        sgemv.invokeExact(
            ROW_MAJOR, a.order(), m, n, 1f, a.address, a.leading, x, stride, (float) beta, y, 1);
      } else {
        dgemv.invokeExact(
            ROW_MAJOR, a.order(), m, n, 1d, a.address, a.leading, x, stride, beta, y, 1);
      }
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }

  private static MethodHandle gemm(SymbolLookup library, String name, MemoryLayout number) {
    return function(
        library,
        name,
        FunctionDescriptor.ofVoid(
            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, number, JAVA_LONG, JAVA_INT,
            JAVA_LONG, JAVA_INT, number, JAVA_LONG, JAVA_INT));
  }

  private static MethodHandle gemv(SymbolLookup library, String name, MemoryLayout number) {
    return function(
        library,
        name,
        FunctionDescriptor.ofVoid(
            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, number, JAVA_LONG, JAVA_INT, JAVA_LONG,
            JAVA_INT, number, JAVA_LONG, JAVA_INT));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor type) {
    return Linker.nativeLinker()
        .downcallHandle(
            library
                .find(name)
                .orElseThrow(
                    () -> new DeviceException("cpu: the BLAS has no " + name + ".\n" + ADVICE)),
            type);
  }

  /// Two pools of threads would fight for the processors, and panels are ours to choose.
  @SuppressWarnings("restricted")
  private static void keepToOneThread(SymbolLookup library) {
    for (String name : List.of("openblas_set_num_threads", "MKL_Set_Num_Threads")) {
      library
          .find(name)
          .map(f -> Linker.nativeLinker().downcallHandle(f, FunctionDescriptor.ofVoid(JAVA_INT)))
          .ifPresent(Blas::setOne);
    }
  }

  private static void setOne(MethodHandle setThreads) {
    try {
      setThreads.invokeExact(1);
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }
}
