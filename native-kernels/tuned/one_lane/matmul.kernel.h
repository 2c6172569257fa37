/* The product of CPUs, for what no BLAS answers: neighbouring groups are taken together, and blocks of b
 * stay in the cache while the rows of a pass over them. Operands and sizes are the portable kernel's. */
#define MATMUL_SIDE 64
#define MATMUL_LANES 1 /* these three say how OpenCL launches it */
#define MATMUL_AT_ONCE 4
#define MATMUL_PARTS 1

ARITHMETIC(
/* Adds products with p in [deep, deepest) to columns [column, end) of one row of c. */
DEVICE_FN void WITH_TYPE(matmul_row)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                     const int64_t *sizes, int64_t column, int64_t end,
                                     int64_t deep, int64_t deepest) {
  for (int64_t p = deep; p < deepest; p++) {
    T factor = a[p * sizes[6]];
    GLOBAL const T *row = b + p * sizes[8];
    if (sizes[9] == 1) {
      INDEPENDENT for (int64_t j = column; j < end; j++) {
        c[j] += factor * row[j];
      }
    } else {
      INDEPENDENT for (int64_t j = column; j < end; j++) {
        c[j] += factor * row[j * sizes[9]];
      }
    }
  }
}

/* Rows of c, in columns [column, end). */
DEVICE_FN void WITH_TYPE(matmul_rows)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                      const int64_t *sizes, int64_t rows, int64_t column,
                                      int64_t end) {
  enum { DEEP = 64 };
  int64_t n = sizes[2];
  int64_t k = sizes[3];
  for (int64_t i = 0; i < rows && !sizes[10]; i++) {
    INDEPENDENT for (int64_t j = column; j < end; j++) {
      c[i * n + j] = 0;
    }
  }
  for (int64_t deep = 0; deep < k; deep += DEEP) {
    int64_t deepest = deep + DEEP < k ? deep + DEEP : k;
    for (int64_t i = 0; i < rows; i++) {
      WITH_TYPE(matmul_row)(a + i * sizes[5], b, c + i * n, sizes, column, end, deep, deepest);
    }
  }
}

KERNEL3(matmul, GLOBAL const T *, a, GLOBAL const T *, b, GLOBAL T *, c) {
  UNUSED_ARGS;
  int64_t m = sizes[1];
  int64_t n = sizes[2];
  int64_t across = (n + MATMUL_SIDE - 1) / MATMUL_SIDE;
  int64_t down = (m + MATMUL_SIDE - 1) / MATMUL_SIDE;
  FOR_EACH_GROUPS(g, squares, across) {
    int64_t batch = g / across / down;
    int64_t i = g / across % down * MATMUL_SIDE;
    int64_t j = g % across * MATMUL_SIDE;
    int64_t rows = m - i < MATMUL_SIDE ? m - i : MATMUL_SIDE;
    int64_t end = j + squares * MATMUL_SIDE < n ? j + squares * MATMUL_SIDE : n;
    WITH_TYPE(matmul_rows)(a + batch * sizes[4] + i * sizes[5], b + batch * sizes[7],
                           c + (batch * m + i) * n, sizes, rows, j, end);
  }
}
)
