/* c[b][i][j] = sum over p of a[b][i][p] * b[b][p][j], added to c when accumulate is set.
 * sizes {batch, m, n, k, a_batch, a_row, a_col, b_batch, b_row, b_col, accumulate}, strides in
 * elements; c is contiguous. groups = batch * ceil(m / 64) * ceil(n / 64): a group makes a square
 * of c, from tiles of a and b in shared memory; a lane makes 4 by 4 elements at a time, 16 rows and
 * columns apart. Products are added in the order of p, whatever the tiles. A backend may answer it
 * with a BLAS. */
#define MATMUL_SIDE 64
#define MATMUL_DEEP 16
#define MATMUL_EACH 4
#define MATMUL_APART (MATMUL_SIDE / MATMUL_EACH)
#define MATMUL_PITCH (MATMUL_SIDE + 1) /* lanes that write a column of a tile meet no bank twice */

#undef LOCAL_BYTES
#define LOCAL_BYTES (2 * MATMUL_DEEP * MATMUL_PITCH * sizeof(T))

ARITHMETIC(
/* Fills tile[p][line], with zeros where an operand ends. Neighbouring lanes read neighbours. */
DEVICE_FN void WITH_TYPE(matmul_load)(GLOBAL const T *from, int64_t line_step, int64_t p_step,
                                      int64_t lines, int64_t depth, LOCAL T *tile) {
  for (int t = (int)LANE; t < MATMUL_SIDE * MATMUL_DEEP; t += (int)LANES) {
    int p = p_step == 1 ? t % MATMUL_DEEP : t / MATMUL_SIDE;
    int line = p_step == 1 ? t / MATMUL_DEEP : t % MATMUL_SIDE;
    T value = 0;
    if (line < lines && p < depth) {
      value = from[line * line_step + p * p_step];
    }
    tile[p * MATMUL_PITCH + line] = value;
  }
}

DEVICE_FN void WITH_TYPE(matmul_add)(LOCAL const T *left, LOCAL const T *right, int depth,
                                     T sums[MATMUL_EACH][MATMUL_EACH]) {
  for (int p = 0; p < depth; p++) {
    T row[MATMUL_EACH];
    T column[MATMUL_EACH];
    for (int e = 0; e < MATMUL_EACH; e++) {
      row[e] = left[p * MATMUL_PITCH + e * MATMUL_APART];
      column[e] = right[p * MATMUL_PITCH + e * MATMUL_APART];
    }
    for (int e = 0; e < MATMUL_EACH; e++) {
      for (int f = 0; f < MATMUL_EACH; f++) {
        sums[e][f] += row[e] * column[f];
      }
    }
  }
}

/* Adds all products for the elements of a square of c that are this lane's, from (i, j) on. */
DEVICE_FN void WITH_TYPE(matmul_sums)(GLOBAL const T *a, GLOBAL const T *b, const int64_t *sizes,
                                      int64_t rows, int64_t columns, int i, int j, LOCAL T *tiles,
                                      T sums[MATMUL_EACH][MATMUL_EACH]) {
  LOCAL T *left = tiles;
  LOCAL T *right = tiles + MATMUL_DEEP * MATMUL_PITCH;
  for (int64_t p = 0; p < sizes[3]; p += MATMUL_DEEP) {
    int64_t depth = sizes[3] - p;
    WITH_TYPE(matmul_load)(a + p * sizes[6], sizes[5], sizes[6], rows, depth, left);
    WITH_TYPE(matmul_load)(b + p * sizes[8], sizes[9], sizes[8], columns, depth, right);
    BARRIER();
    if (depth >= MATMUL_DEEP) {
      WITH_TYPE(matmul_add)(left + i, right + j, MATMUL_DEEP, sums);
    } else {
      WITH_TYPE(matmul_add)(left + i, right + j, (int)depth, sums);
    }
    BARRIER();
  }
}

/* Rows by columns of c, at most a square. */
DEVICE_FN void WITH_TYPE(matmul_square)(GLOBAL const T *a, GLOBAL const T *b, GLOBAL T *c,
                                        const int64_t *sizes, int64_t rows, int64_t columns,
                                        LOCAL T *tiles) {
  int64_t n = sizes[2];
  for (int at = (int)LANE; at < MATMUL_APART * MATMUL_APART; at += (int)LANES) {
    int i = at / MATMUL_APART;
    int j = at % MATMUL_APART;
    T sums[MATMUL_EACH][MATMUL_EACH];
    for (int e = 0; e < MATMUL_EACH; e++) {
      for (int f = 0; f < MATMUL_EACH; f++) {
        int64_t row = i + e * MATMUL_APART;
        int64_t column = j + f * MATMUL_APART;
        int adds = sizes[10] && row < rows && column < columns;
        sums[e][f] = adds ? c[row * n + column] : 0;
      }
    }
    WITH_TYPE(matmul_sums)(a, b, sizes, rows, columns, i, j, tiles, sums);
    for (int e = 0; e < MATMUL_EACH; e++) {
      for (int f = 0; f < MATMUL_EACH; f++) {
        int64_t row = i + e * MATMUL_APART;
        int64_t column = j + f * MATMUL_APART;
        if (row < rows && column < columns) {
          c[row * n + column] = sums[e][f];
        }
      }
    }
  }
}

KERNEL3(matmul, GLOBAL const T *, a, GLOBAL const T *, b, GLOBAL T *, c) {
  UNUSED_ARGS;
  int64_t m = sizes[1];
  int64_t n = sizes[2];
  int64_t across = (n + MATMUL_SIDE - 1) / MATMUL_SIDE;
  int64_t down = (m + MATMUL_SIDE - 1) / MATMUL_SIDE;
  FOR_EACH_GROUP(g) {
    int64_t batch = g / across / down;
    int64_t i = g / across % down * MATMUL_SIDE;
    int64_t j = g % across * MATMUL_SIDE;
    int64_t rows = m - i < MATMUL_SIDE ? m - i : MATMUL_SIDE;
    int64_t columns = n - j < MATMUL_SIDE ? n - j : MATMUL_SIDE;
    GLOBAL const T *left = a + batch * sizes[4] + i * sizes[5];
    GLOBAL const T *right = b + batch * sizes[7] + j * sizes[9];
    WITH_TYPE(matmul_square)(left, right, c + (batch * m + i) * n + j, sizes, rows, columns,
                             (LOCAL T *)shared);
  }
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
