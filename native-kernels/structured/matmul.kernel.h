/* c[b][i][j] = sum over p of a[b][i][p] * b[b][p][j], added to c when accumulate is set.
 * sizes {batch, m, n, k, a_batch, a_row, a_col, b_batch, b_row, b_col, accumulate}, strides in
 * elements; c is contiguous. groups = batch * ceil(m / 32): a group makes 32 rows.
 * The plain truth for every type; a backend may answer it with a BLAS. */
ARITHMETIC(
/* Adds products with p in [deep, deepest) to columns [column, end) of one row of c. */
DEVICE_FN void WITH_TYPE(matmul_row)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                     const int64_t *sizes, int64_t column, int64_t end,
                                     int64_t deep, int64_t deepest) {
  for (int64_t p = deep; p < deepest; p++) {
    T factor = a[p * sizes[6]];
    GLOBAL const T *row = b + p * sizes[8];
    if (sizes[9] == 1) {
      INDEPENDENT for (int64_t j = column + LANE; j < end; j += LANES) {
        c[j] += factor * row[j];
      }
    } else {
      INDEPENDENT for (int64_t j = column + LANE; j < end; j += LANES) {
        c[j] += factor * row[j * sizes[9]];
      }
    }
  }
}

KERNEL3(matmul, GLOBAL const T *, a, GLOBAL const T *, b, GLOBAL T *, c) {
  UNUSED_ARGS;
  enum { ROWS = 32, DEEP = 64, WIDE_COLUMNS = 512 };
  int64_t m = sizes[1];
  int64_t n = sizes[2];
  int64_t k = sizes[3];
  int64_t blocks = (m + ROWS - 1) / ROWS;
  FOR_EACH_GROUP(g) {
    int64_t first = g % blocks * ROWS;
    int64_t last = first + ROWS < m ? first + ROWS : m;
    GLOBAL const T *as = a + g / blocks * sizes[4];
    GLOBAL const T *bs = b + g / blocks * sizes[7];
    GLOBAL T *cs = c + g / blocks * m * n;
    for (int64_t t = first * n + LANE; t < last * n && !sizes[10]; t += LANES) {
      cs[t] = 0;
    }
    /* Blocks of b that stay in the cache while the rows of a pass over them. */
    for (int64_t column = 0; column < n; column += WIDE_COLUMNS) {
      int64_t end = column + WIDE_COLUMNS < n ? column + WIDE_COLUMNS : n;
      for (int64_t deep = 0; deep < k; deep += DEEP) {
        int64_t deepest = deep + DEEP < k ? deep + DEEP : k;
        for (int64_t i = first; i < last; i++) {
          WITH_TYPE(matmul_row)(as + i * sizes[5], bs, cs + i * n, sizes, column, end, deep,
                                deepest);
        }
      }
    }
  }
}
)
