package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.backend.cpu.Blas.Matrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A product of float32 matrices, made of ones so small that OpenBLAS reads operands where they lie.
///
/// For vectors of 512 bits it has kernels that lay out nothing anew, for at most a million
/// multiplications. They come to nineteen twentieths of what the processor can do, the others to four
/// fifths, if the rows of both operands are near each other. So what is transposed, and what lies far
/// apart, is laid out here, once for a block that stays in the second-level cache.
///
/// The cut depends on sizes and layout alone, so results depend on no number of threads.
final class SmallProducts {
  private static final List<String> CORES = List.of("SkylakeX", "Cooperlake", "SapphireRapids");

  /// Multiplications for which OpenBLAS takes such a kernel.
  private static final int MOST = 1_000_000;

  /// Rows or columns below which laying out costs more than it brings.
  private static final int FEW = 16;

  private static final int VECTOR = 16;

  /// Columns of a small product: four vectors, for each of which there are registers for five rows.
  private static final int COLUMNS = 4 * VECTOR;

  /// Rows of a block, and how many where the left operand is laid out for each.
  private static final int ROWS = 1024;

  private static final int LAID_OUT_ROWS = 256;

  /// Columns of a block.
  private static final int WIDTH = 256;

  /// Products that are added up at a time: so deep, the columns fit into the first-level cache.
  private static final int DEPTH = 192;

  /// The same where rows of the left operand and of the result are pages, and there are so many that each
  /// had better be visited rarely.
  private static final int PAGES_DEPTH = 512;

  /// Elements from a row to the next that are half a page.
  private static final int FAR = 512;

  private static final long LEFT = (long) LAID_OUT_ROWS * DEPTH * Float.BYTES;

  /// Bytes for a block of either operand.
  static final long WORKSPACE = LEFT + (long) WIDTH * PAGES_DEPTH * Float.BYTES;

  private static final FunctionDescriptor TRANSPOSE =
      FunctionDescriptor.ofVoid(
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_FLOAT,
          JAVA_LONG,
          JAVA_INT,
          JAVA_LONG,
          JAVA_INT);

  private final Blas blas;
  private final MethodHandle transpose;

  private SmallProducts(Blas blas, MethodHandle transpose) {
    this.blas = blas;
    this.transpose = transpose;
  }

  /// Null for a BLAS that has no such kernels for this processor.
  @SuppressWarnings("restricted")
  static @Nullable SmallProducts of(Blas blas, SymbolLookup library) {
    Linker linker = Linker.nativeLinker();
    Optional<MethodHandle> core =
        library
            .find("openblas_get_corename")
            .map(f -> linker.downcallHandle(f, FunctionDescriptor.of(ADDRESS)));
    if (core.isEmpty() || !CORES.contains(text(core.get()))) {
      return null;
    }
    return library
        .find("cblas_somatcopy")
        .map(f -> new SmallProducts(blas, linker.downcallHandle(f, TRANSPOSE)))
        .orElse(null);
  }

  @SuppressWarnings("restricted")
  private static String text(MethodHandle function) {
    try {
      return ((MemorySegment) function.invokeExact()).reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }

  /// Whether a product is better made so than by one call.
  static boolean pay(int m, int n, int k, boolean rightIsTransposed) {
    long work = (long) m * n * k;
    return Math.min(m, n) >= FEW && work > (rightIsTransposed ? MOST / 32 : MOST);
  }

  /// Rows and columns of what a thread takes at a time.
  record Block(int rows, int columns) {

    /// As large as blocks are, and smaller where that leaves too few: in columns, unless what is laid
    /// out for each block is the left operand.
    ///
    /// @param wanted how many blocks are enough
    static Block of(long batch, int m, int n, Matrix a, int wanted) {
      int rows = Math.min(m, SmallProducts.rows(a));
      int columns = Math.min(n, WIDTH);
      if (isLaidOut(a)) {
        rows = smaller(rows, m, batch * Math.ceilDiv(n, columns), wanted);
      }
      columns = smaller(columns, n, batch * Math.ceilDiv(m, rows), wanted);
      rows = smaller(rows, m, batch * Math.ceilDiv(n, columns), wanted);
      return new Block(Math.ceilDiv(m, Math.ceilDiv(m, rows)), columns);
    }

    /// Halved until there are enough of them, `times` as many as it makes of the whole.
    private static int smaller(int size, int whole, long times, int wanted) {
      int smaller = size;
      while (times * Math.ceilDiv(whole, smaller) < wanted && smaller > COLUMNS) {
        smaller = Math.max(COLUMNS, smaller / 2);
      }
      return smaller;
    }
  }

  /// `c = a b + beta c`, with c's rows lying `leading` elements apart.
  void multiply(
      int m, int n, int k, Matrix a, Matrix b, double beta, long c, int leading, long workspace) {
    int tall = rows(a);
    boolean pages = m >= tall && !a.transposed() && Math.min(a.leading(), leading) >= 2 * FAR;
    int depth = Math.ceilDiv(k, Math.ceilDiv(k, pages ? PAGES_DEPTH : DEPTH));
    for (int row = 0; row < m; row += tall) {
      int rows = Math.min(tall, m - row);
      for (int column = 0; column < n; column += WIDTH) {
        int columns = Math.min(WIDTH, n - column);
        long to = c + ((long) row * leading + column) * Float.BYTES;
        for (int p = 0; p < k; p += depth) {
          int deep = Math.min(depth, k - p);
          Matrix left = a.at(row, p, Float.BYTES);
          Matrix right = b.at(p, column, Float.BYTES);
          double old = p == 0 ? beta : 1;
          block(rows, columns, deep, left, right, old, to, leading, workspace);
        }
      }
    }
  }

  /// A transposed left operand is read well in place, unless its columns lie far apart.
  private static boolean isLaidOut(Matrix a) {
    return a.transposed() && a.leading() > FAR;
  }

  private static int rows(Matrix a) {
    return isLaidOut(a) ? LAID_OUT_ROWS : ROWS;
  }

  private void block(
      int m, int n, int k, Matrix a, Matrix b, double beta, long c, int leading, long workspace) {
    int strips = Math.ceilDiv(m, Math.clamp(MOST / (COLUMNS * k), 1, m));
    int strip = Math.ceilDiv(m, strips);
    Matrix left = a;
    if (isLaidOut(a)) {
      transpose(k, m, a, workspace, k);
      left = new Matrix(workspace, false, k);
    }
    boolean packed = b.transposed() || (strips > 1 && isUnwieldy(b.leading()));
    long packs = workspace + LEFT;
    for (int column = 0, columns; packed && column < n; column += columns) {
      columns = slab(n - column);
      pack(k, columns, b.at(0, column, Float.BYTES), packs + at(column, k));
    }
    for (int row = 0; row < m; row += strip) {
      int rows = Math.min(strip, m - row);
      Matrix some = left.at(row, 0, Float.BYTES);
      for (int column = 0, columns; column < n; column += columns) {
        columns = slab(n - column);
        Matrix right =
            packed
                ? new Matrix(packs + at(column, k), false, columns)
                : b.at(0, column, Float.BYTES);
        long to = c + ((long) row * leading + column) * Float.BYTES;
        blas.multiplyFloats(rows, columns, k, some, right, beta, to, leading);
      }
    }
  }

  /// Whether each row is a page of its own, or begins in the middle of a cache line.
  private static boolean isUnwieldy(int leading) {
    return leading >= FAR || leading % VECTOR != 0;
  }

  /// Columns of the next small product: whole vectors, while there is one.
  private static int slab(int left) {
    return left >= COLUMNS ? COLUMNS : left >= VECTOR ? left / VECTOR * VECTOR : left;
  }

  /// Where the rows of some columns are among what was laid out.
  private static long at(int column, int k) {
    return (long) column * k * Float.BYTES;
  }

  private void pack(int k, int columns, Matrix b, long to) {
    if (b.transposed()) {
      transpose(columns, k, b, to, columns);
    } else {
      long pitch = (long) b.leading() * Float.BYTES;
      NativeKernels.gatherRows(b.address(), pitch, to, (long) columns * Float.BYTES, k);
    }
  }

  /// Lays `rows`, as they are in memory, out as columns.
  private void transpose(int rows, int columns, Matrix from, long to, int leading) {
    try {
      transpose.invokeExact(
          Blas.ROW_MAJOR,
          Blas.TRANSPOSED,
          rows,
          columns,
          1f,
          from.address(),
          from.leading(),
          to,
          leading);
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }
}
