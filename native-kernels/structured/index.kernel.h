/* Reads and writes at places named by an int64 tensor, which the caller has checked and made
 * non-negative. Where several elements meet in one place, one lane adds or writes them in ascending
 * order, so results are the same every time. */

/* y[o][j][i] = x[o][index[o][j][i]][i]; sizes {outer, n_x, n_index, inner}; groups = outer. */
KERNEL3(gather, GLOBAL const T *, x, GLOBAL const int64_t *, index, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  int64_t count = sizes[2] * row;
  FOR_EACH_GROUP(g) {
    GLOBAL const T *from = x + g * sizes[1] * row;
    if (row == 1) {
      for (int64_t k = LANE; k < count; k += LANES) {
        y[g * count + k] = from[index[g * count + k]];
      }
      continue;
    }
    for (int64_t j = 0; j < count; j += row) {
      for (int64_t i = LANE; i < row; i += LANES) {
        y[g * count + j + i] = from[index[g * count + j + i] * row + i];
      }
    }
  }
}

/* y[o][index[o][j][i]][i] = src[o][j][i], the last j wins; sizes {outer, n_y, n_index, inner};
 * groups = outer. */
KERNEL3(scatter, GLOBAL T *, y, GLOBAL const int64_t *, index, GLOBAL const T *, src) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  int64_t count = sizes[2] * row;
  FOR_EACH_GROUP(g) {
    GLOBAL T *to = y + g * sizes[1] * row;
    for (int64_t j = 0; j < count; j += row) {
      for (int64_t i = LANE; i < row; i += LANES) {
        to[index[g * count + j + i] * row + i] = src[g * count + j + i];
      }
    }
  }
}

ARITHMETIC(
/* As scatter, but adds. */
KERNEL3(scatter_add, GLOBAL T *, y, GLOBAL const int64_t *, index, GLOBAL const T *, src) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  int64_t count = sizes[2] * row;
  FOR_EACH_GROUP(g) {
    GLOBAL T *to = y + g * sizes[1] * row;
    for (int64_t j = 0; j < count; j += row) {
      for (int64_t i = LANE; i < row; i += LANES) {
        to[index[g * count + j + i] * row + i] += src[g * count + j + i];
      }
    }
  }
}

/* y[o][index[j]][i] += src[o][j][i]; sizes {outer, n_y, n_index, inner};
 * groups = outer * ceil(inner / 64): a group owns 64 columns. */
KERNEL3(index_add, GLOBAL T *, y, GLOBAL const int64_t *, index, GLOBAL const T *, src) {
  UNUSED_ARGS;
  enum { COLUMNS = 64 };
  int64_t row = sizes[3];
  int64_t blocks = (row + COLUMNS - 1) / COLUMNS;
  FOR_EACH_GROUP(g) {
    GLOBAL T *to = y + g / blocks * sizes[1] * row;
    GLOBAL const T *from = src + g / blocks * sizes[2] * row;
    int64_t first = g % blocks * COLUMNS;
    int64_t last = first + COLUMNS < row ? first + COLUMNS : row;
    for (int64_t j = 0; j < sizes[2]; j++) {
      int64_t at = index[j] * row;
      INDEPENDENT for (int64_t i = first + LANE; i < last; i += LANES) {
        to[at + i] += from[j * row + i];
      }
    }
  }
}
)

/* y[o][j][i] = x[o][index[j]][i]; sizes {outer, n_x, n_index, inner}; groups = outer * n_index. */
KERNEL3(index_select, GLOBAL const T *, x, GLOBAL const int64_t *, index, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  FOR_EACH_GROUP(g) {
    GLOBAL const T *from = x + (g / sizes[2] * sizes[1] + index[g % sizes[2]]) * row;
    INDEPENDENT for (int64_t i = LANE; i < row; i += LANES) {
      y[g * row + i] = from[i];
    }
  }
}
