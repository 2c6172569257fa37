/* What windows see, laid out for a product of matrices, and the reverse. */
#include "windows.h"

ALL(
/* One row of what the windows see at one of their places: [from, to) lies within the plane. */
DEVICE_FN void WITH_TYPE(unfold_row)(GLOBAL const T *x, GLOBAL T *y, int64_t from, int64_t to,
                                     int64_t count, int64_t stride) {
  for (int64_t c = 0; c < from; c++) {
    y[c] = 0;
  }
  if (stride == 1) {
    INDEPENDENT for (int64_t c = from; c < to; c++) {
      y[c] = x[c];
    }
  } else {
    for (int64_t c = from; c < to; c++) {
      y[c] = x[c * stride];
    }
  }
  for (int64_t c = to; c < count; c++) {
    y[c] = 0;
  }
}

/* The same by one lane for all rows; top and left are where the first window's place lies. */
DEVICE_FN void WITH_TYPE(unfold_rows)(GLOBAL const T *x, GLOBAL T *y, const int64_t *sizes,
                                      int64_t top, int64_t left) {
  int64_t from = WITH_TYPE(first_from)(left, sizes[8], OUT_WIDTH);
  int64_t to = WITH_TYPE(first_from)(left - IN_WIDTH, sizes[8], OUT_WIDTH);
  for (int64_t r = 0; r < OUT_HEIGHT; r++) {
    int64_t row = top + r * sizes[7];
    int inside = row >= 0 && row < IN_HEIGHT;
    int64_t last = inside ? to : 0;
    int64_t first = from < last ? from : last;
    WITH_TYPE(unfold_row)(x + (inside ? row * IN_WIDTH + left : 0), y + r * OUT_WIDTH, first, last,
                          OUT_WIDTH, sizes[8]);
  }
}

/* y[plane][i][j][r][c] is what the window of output (r, c) sees at its place (i, j), 0 where that
 * is outside. groups = planes * kernel_height * kernel_width: a group makes one [r][c]. */
KERNEL2(unfold, GLOBAL const T *, x, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t window = WINDOW_HEIGHT * WINDOW_WIDTH;
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  FOR_EACH_GROUP(g) {
    GLOBAL const T *plane = x + g / window * IN_HEIGHT * IN_WIDTH;
    int64_t top = g % window / WINDOW_WIDTH * sizes[11] - sizes[9];
    int64_t left = g % WINDOW_WIDTH * sizes[12] - sizes[10];
    if (LANES == 1) {
      WITH_TYPE(unfold_rows)(plane, y + g * count, sizes, top, left);
      continue;
    }
    FOR_EACH_PLACE(t, r, c, count, OUT_WIDTH) {
      int64_t row = top + r * sizes[7];
      int64_t column = left + c * sizes[8];
      y[g * count + t] = IS_INSIDE(row, column) ? plane[row * IN_WIDTH + column] : 0;
    }
  }
}
)

ARITHMETIC(
/* Adds one place (i, j) of all windows of a plane to what it sees. */
DEVICE_FN void WITH_TYPE(fold_place)(GLOBAL const T *y, GLOBAL T *x, const int64_t *sizes,
                                     int64_t top, int64_t left) {
  int64_t from = WITH_TYPE(first_from)(left, sizes[8], OUT_WIDTH);
  int64_t to = WITH_TYPE(first_from)(left - IN_WIDTH, sizes[8], OUT_WIDTH);
  int64_t first = WITH_TYPE(first_from)(top, sizes[7], OUT_HEIGHT);
  int64_t last = WITH_TYPE(first_from)(top - IN_HEIGHT, sizes[7], OUT_HEIGHT);
  for (int64_t r = first; r < last; r++) {
    GLOBAL const T *out = y + r * OUT_WIDTH;
    GLOBAL T *in = x + (top + r * sizes[7]) * IN_WIDTH + left;
    if (sizes[8] == 1) {
      INDEPENDENT for (int64_t c = from; c < to; c++) {
        in[c] += out[c];
      }
    } else {
      for (int64_t c = from; c < to; c++) {
        in[c * sizes[8]] += out[c];
      }
    }
  }
}

/* What all windows hold for one element, in the order of their places. */
DEVICE_FN T WITH_TYPE(fold_element)(GLOBAL const T *y, const int64_t *sizes, int64_t row,
                                    int64_t column) {
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  T sum = 0;
  for (int64_t i = 0; i < WINDOW_HEIGHT; i++) {
    int64_t down = row + sizes[9] - i * sizes[11];
    for (int64_t j = 0; j < WINDOW_WIDTH; j++) {
      int64_t across = column + sizes[10] - j * sizes[12];
      if (down >= 0 && across >= 0 && down % sizes[7] == 0 && across % sizes[8] == 0 &&
          down / sizes[7] < OUT_HEIGHT && across / sizes[8] < OUT_WIDTH) {
        int64_t at = down / sizes[7] * OUT_WIDTH + across / sizes[8];
        sum += y[(i * WINDOW_WIDTH + j) * count + at];
      }
    }
  }
  return sum;
}

/* The reverse of unfold: each element of x is the sum of its copies in y, in the order of the
 * windows' places. groups = planes: a group makes one plane of x. */
KERNEL2(fold, GLOBAL const T *, y, GLOBAL T *, x) {
  UNUSED_ARGS;
  int64_t window = WINDOW_HEIGHT * WINDOW_WIDTH;
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  int64_t area = IN_HEIGHT * IN_WIDTH;
  FOR_EACH_GROUP(g) {
    GLOBAL const T *seen = y + g * window * count;
    GLOBAL T *plane = x + g * area;
    if (LANES > 1) {
      FOR_EACH_PLACE(t, row, column, area, IN_WIDTH) {
        plane[t] = WITH_TYPE(fold_element)(seen, sizes, row, column);
      }
      continue;
    }
    for (int64_t t = 0; t < area; t++) {
      plane[t] = 0;
    }
    for (int64_t p = 0; p < window; p++) {
      WITH_TYPE(fold_place)(seen + p * count, plane, sizes,
                            p / WINDOW_WIDTH * sizes[11] - sizes[9],
                            p % WINDOW_WIDTH * sizes[12] - sizes[10]);
    }
  }
}
)
