package dev.adjoint.backend.cpu;

import dev.adjoint.backend.cpu.SmallProducts.Block;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers the kernel `matmul` by a BLAS, for floating types and matrices worth the call, and
/// `matmul_vector`, of the same sizes, whose second matrix is a column.
///
/// The result is cut into panels by its shape alone, and each panel is one call on one thread, so
/// neither the number of threads nor a BLAS's own pool has a say in the result ([SmallProducts] says
/// which panels, where it pays). What the sizes of
/// the launch mean is in `native-kernels/structured/matmul.kernel.h`.
final class MatMul {
  private static final String OF_VECTOR = "matmul_vector";

  /// Multiplications below which the portable kernel is faster than the call.
  private static final long TINY = 1 << 7;

  /// Multiplications that one thread makes in less time than it takes to wake another.
  private static final long SHORT_WORK = 1 << 19;

  /// Blocks that several threads share well.
  private static final int BLOCKS = 8;

  /// Multiplications that twice as many share as well.
  private static final long LONG_WORK = 1 << 28;

  /// A panel of few columns is nine tenths as fast as a whole product; where there are rows for more
  /// than one, half as tall and twice as wide is faster again.
  private static final int PANEL_ROWS = 512;

  private static final int PANEL_COLUMNS = 128;
  private static final long VECTOR_PANEL_WORK = 1 << 16;

  private final WorkerPool pool;
  private final ElementwiseLauncher copies;

  MatMul(WorkerPool pool, ElementwiseLauncher copies) {
    this.pool = pool;
    this.copies = copies;
  }

  /// One operand as BLAS can read it.
  private record Factor(
      long address, long batchStride, boolean transposed, int leading, int bytes) {

    Blas.Matrix at(long batch, long row, long column) {
      long start = address + batch * batchStride * bytes;
      return new Blas.Matrix(start, transposed, leading).at(row, column, bytes);
    }

    Factor flipped() {
      return new Factor(address, batchStride, !transposed, leading, bytes);
    }
  }

  /// The kernel that does what this class leaves to the portable ones.
  static Kernel portable(Kernel kernel) {
    return kernel.name().equals(OF_VECTOR) ? new Kernel("matmul", kernel.type()) : kernel;
  }

  /// Whether this is a kernel that nobody else has.
  static boolean supports(Kernel kernel) {
    return kernel.name().equals(OF_VECTOR) && Blas.multiplies(kernel.type());
  }

  /// Runs the launch, or answers false when it is the portable kernel's.
  boolean launch(Launch.Call call) {
    long[] sizes = call.sizes();
    DType type = call.kernel().type();
    long work = sizes[1] * sizes[2] * sizes[3];
    boolean fits = Math.max(Math.max(sizes[1], sizes[2]), sizes[3]) <= Integer.MAX_VALUE;
    Blas blas = work > TINY && fits && type.isFloating() ? Blas.get() : null;
    if (blas == null) {
      return false;
    }
    List<CpuBuffer> packed = new ArrayList<>();
    try {
      Factor a = factor(call, 0, 4, sizes[1], sizes[3], packed);
      Factor b = factor(call, 1, 7, sizes[3], sizes[2], packed);
      long c = LaunchBlock.address(call.operands()[2], type);
      if (sizes[1] == 1) {
        vectors(blas, call, b.flipped(), sizes[2], a, c);
      } else if (sizes[2] == 1) {
        vectors(blas, call, a, sizes[1], b.flipped(), c);
      } else {
        panels(blas, call, a, b, c);
      }
    } finally {
      packed.forEach(buffer -> NativeKernels.free(buffer.address()));
    }
    return true;
  }

  private void panels(Blas blas, Launch.Call call, Factor a, Factor b, long c) {
    long[] sizes = call.sizes();
    DType type = call.kernel().type();
    int m = (int) sizes[1];
    int n = (int) sizes[2];
    int k = (int) sizes[3];
    double beta = sizes[10];
    long workspace = blas.workspace(type);
    long work = multiplications(sizes);
    int wanted = work <= SHORT_WORK ? 1 : work < LONG_WORK ? BLOCKS : 2 * BLOCKS;
    Block block = workspace > 0 ? Block.of(sizes[0], m, n, a.at(0, 0, 0), wanted) : panel(m, n);
    int tall = block.rows();
    int wide = block.columns();
    int down = Math.ceilDiv(m, tall);
    int across = Math.ceilDiv(n, wide);
    WorkerPool.Range range =
        (first, last) -> {
          try (Scratch scratch = Scratch.take(workspace)) {
            for (long panel = first; panel < last; panel++) {
              long batch = panel / across / down;
              int row = (int) (panel / across % down) * tall;
              int column = (int) (panel % across) * wide;
              int rows = Math.min(tall, m - row);
              int columns = Math.min(wide, n - column);
              long to = c + ((batch * m + row) * n + column) * type.bytes();
              Blas.Matrix left = a.at(batch, row, 0);
              Blas.Matrix right = b.at(batch, 0, column);
              blas.multiply(type, rows, columns, k, left, right, beta, to, n, scratch.data());
            }
          }
        };
    share(work, sizes[0] * down * across, (long) tall * wide * k, range);
  }

  /// What a call for large products takes at a time.
  private static Block panel(int m, int n) {
    int wide = m > PANEL_ROWS ? 2 * PANEL_COLUMNS : PANEL_COLUMNS;
    return new Block(Math.min(m, PANEL_ROWS), Math.min(n, wide));
  }

  /// Matrix times vector, of `rows` results: for a row times a matrix, the matrix is flipped.
  private void vectors(
      Blas blas, Launch.Call call, Factor matrix, long rows, Factor vector, long c) {
    long[] sizes = call.sizes();
    DType type = call.kernel().type();
    int k = (int) sizes[3];
    double beta = sizes[10];
    // Of a transposed matrix, a panel is a strip of each row in memory: short strips waste pages.
    long block = Math.max(matrix.transposed ? 512 : 16, VECTOR_PANEL_WORK / k);
    long blocks = Math.ceilDiv(rows, block);
    int stride = vector.transposed ? vector.leading : 1;
    WorkerPool.Range range =
        (first, last) -> {
          for (long panel = first; panel < last; panel++) {
            long batch = panel / blocks;
            long row = panel % blocks * block;
            int count = (int) Math.min(block, rows - row);
            long x = vector.at(batch, 0, 0).address();
            long y = c + (batch * rows + row) * type.bytes();
            blas.multiplyVector(type, count, k, matrix.at(batch, row, 0), x, stride, beta, y);
          }
        };
    share(multiplications(sizes), sizes[0] * blocks, block * k, range);
  }

  private static long multiplications(long[] sizes) {
    return sizes[0] * sizes[1] * sizes[2] * sizes[3];
  }

  private void share(long work, long panels, long panelWork, WorkerPool.Range range) {
    if (work <= SHORT_WORK) {
      range.run(0, panels);
    } else {
      pool.run(panels, Math.max(1, SHORT_WORK / 4 / panelWork), range);
    }
  }

  /// The operand in place when one of its strides is 1, else a packed copy.
  private Factor factor(
      Launch.Call call, int index, int at, long rows, long columns, List<CpuBuffer> packed) {
    Operand operand = call.operands()[index];
    DType type = call.kernel().type();
    long[] strides = {call.sizes()[at], call.sizes()[at + 1], call.sizes()[at + 2]};
    long address = LaunchBlock.address(operand, type);
    Factor direct = direct(address, strides, rows, columns, type.bytes());
    if (direct != null) {
      return direct;
    }
    long batch = strides[0] == 0 ? 1 : call.sizes()[0];
    CpuBuffer copy = CpuBuffer.allocate(batch * rows * columns * type.bytes());
    packed.add(copy);
    long[] shape = {batch, rows, columns};
    long[] dense = {rows * columns, columns, 1};
    Program program = Program.of(List.of(type), List.of(), List.of(), List.of(0));
    Operand[] operands = {
      new Operand(operand.buffer(), operand.offset(), strides), new Operand(copy, 0, dense)
    };
    copies.launch(new Launch.Elementwise(call.op(), program, shape, operands, new long[0]));
    long batchStride = strides[0] == 0 ? 0 : dense[0];
    return new Factor(copy.address(), batchStride, false, (int) columns, type.bytes());
  }

  private static @Nullable Factor direct(
      long address, long[] strides, long rows, long columns, int bytes) {
    long row = rows == 1 ? columns : strides[1]; // of one row, the stride says nothing
    long column = columns == 1 ? rows : strides[2];
    if ((columns == 1 || column == 1) && row >= columns && row <= Integer.MAX_VALUE) {
      return new Factor(address, strides[0], false, (int) row, bytes);
    }
    if ((rows == 1 || row == 1) && column >= rows && column <= Integer.MAX_VALUE) {
      return new Factor(address, strides[0], true, (int) column, bytes);
    }
    return null;
  }
}
