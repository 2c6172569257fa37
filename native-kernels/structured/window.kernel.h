/* What windows see, laid out for a product of matrices, and the reverse. */
#include "windows.h"

ALL(
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
    FOR_EACH_PLACE(t, r, c, count, OUT_WIDTH) {
      int64_t row = top + r * sizes[7];
      int64_t column = left + c * sizes[8];
      y[g * count + t] = IS_INSIDE(row, column) ? plane[row * IN_WIDTH + column] : 0;
    }
  }
}
)

ARITHMETIC(
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
    FOR_EACH_PLACE(t, row, column, area, IN_WIDTH) {
      plane[t] = WITH_TYPE(fold_element)(seen, sizes, row, column);
    }
  }
}
)
