/* The product of CPUs, for what no BLAS answers: neighbouring groups are taken together, and blocks of b
 * stay in the cache while the rows of a pass over them. Operands and sizes are the portable kernel's. */
#define MATMUL_SIDE 64
#define MATMUL_LANES 1 /* these three say how OpenCL launches it */
#define MATMUL_AT_ONCE 4
#define MATMUL_PARTS 1

#define MATMUL_PANEL 128 /* columns of b whose elements are not neighbours, copied so that they are */
#define MATMUL_BLOCK 64 /* rows of b that are taken at a time */

ARITHMETIC(
/* Adds products with rows [p, last) of b to columns [column, end) of one row of c. */
DEVICE_FN void WITH_TYPE(matmul_row)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                     const int64_t *sizes, int64_t column, int64_t end, int64_t p,
                                     int64_t last) {
  for (; p < last; p++) {
    T factor = a[p * sizes[6]];
    GLOBAL const T *row = b + p * sizes[8];
    INDEPENDENT for (int64_t j = column; j < end; j++) {
      c[j] += factor * row[j];
    }
  }
}

/* The same for all rows of c, and for b in any layout. */
DEVICE_FN void WITH_TYPE(matmul_copied)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                        const int64_t *sizes, int64_t rows, int64_t column,
                                        int64_t end, int64_t first, int64_t last) {
  T panel[MATMUL_BLOCK * MATMUL_PANEL];
  int64_t columns = end - column;
  for (int64_t j = 0; j < columns; j++) {
    for (int64_t p = first; p < last; p++) {
      panel[(p - first) * MATMUL_PANEL + j] = b[p * sizes[8] + (column + j) * sizes[9]];
    }
  }
  for (int64_t i = 0; i < rows; i++) {
    GLOBAL T *to = c + i * sizes[2] + column;
    for (int64_t p = first; p < last; p++) {
      T factor = a[i * sizes[5] + p * sizes[6]];
      const T *row = panel + (p - first) * MATMUL_PANEL;
      INDEPENDENT for (int64_t j = 0; j < columns; j++) {
        to[j] += factor * row[j];
      }
    }
  }
}

/* Rows of c, in columns [column, end). */
DEVICE_FN void WITH_TYPE(matmul_rows)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                      const int64_t *sizes, int64_t rows, int64_t column,
                                      int64_t end) {
  int64_t n = sizes[2];
  int64_t k = sizes[3];
  for (int64_t i = 0; i < rows && !sizes[10]; i++) {
    INDEPENDENT for (int64_t j = column; j < end; j++) {
      c[i * n + j] = 0;
    }
  }
  for (int64_t p = 0; p < k; p += MATMUL_BLOCK) {
    int64_t last = p + MATMUL_BLOCK < k ? p + MATMUL_BLOCK : k;
    if (sizes[9] == 1) {
      for (int64_t i = 0; i < rows; i++) {
        WITH_TYPE(matmul_row)(a + i * sizes[5], b, c + i * n, sizes, column, end, p, last);
      }
      continue;
    }
    for (int64_t j = column; j < end; j += MATMUL_PANEL) {
      int64_t to = j + MATMUL_PANEL < end ? j + MATMUL_PANEL : end;
      WITH_TYPE(matmul_copied)(a, b, c, sizes, rows, j, to, p, last);
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
