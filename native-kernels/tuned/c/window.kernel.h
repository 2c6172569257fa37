/* unfold and fold on the CPU, where one lane makes whole planes. Comes after the portable kernels,
 * which say what operands and sizes mean. */
#include "places.h"

ALL(
/* Whether what windows see at one of their places is the plane itself, moved. */
DEVICE_FN int WITH_TYPE(moves_planes)(const int64_t *sizes) {
  return sizes[7] == 1 && sizes[8] == 1 && OUT_WIDTH == IN_WIDTH && IN_WIDTH <= INT32_MAX;
}

/* All rows of one place of such windows: a copy, but for columns and rows that lie outside. */
DEVICE_FN void WITH_TYPE(unfold_moved)(const T *x, T *y, const int64_t *sizes, int64_t top,
                                       int64_t left) {
  int64_t width = IN_WIDTH;
  int64_t first = WITH_TYPE(first_from)(top, 1, OUT_HEIGHT) * width;
  int64_t last = WITH_TYPE(first_from)(top - IN_HEIGHT, 1, OUT_HEIGHT) * width;
  int64_t moved = top * width + left;
  int64_t from = first > -moved ? first : -moved;
  int64_t to = last < IN_HEIGHT * width - moved ? last : IN_HEIGHT * width - moved;
  memset(y, 0, (size_t)first * sizeof(T));
  if (from < to) {
    memcpy(y + from, x + from + moved, (size_t)(to - from) * sizeof(T));
  }
  for (int64_t row = first; row < last; row += width) {
    for (int64_t c = 0; c < -left && c < width; c++) {
      y[row + c] = 0;
    }
    for (int64_t c = width - left > 0 ? width - left : 0; c < width; c++) {
      y[row + c] = 0;
    }
  }
  memset(y + last, 0, (size_t)(OUT_HEIGHT * width - last) * sizeof(T));
}

/* One row of what windows see at one of their places: [from, to) lies within the plane. */
DEVICE_FN void WITH_TYPE(unfold_row)(const T *x, T *y, int64_t from, int64_t to, int64_t count,
                                     int64_t stride) {
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

/* The same for all rows; top and left are where the first window's place lies. */
DEVICE_FN void WITH_TYPE(unfold_rows)(const T *x, T *y, const int64_t *sizes, int64_t top,
                                      int64_t left) {
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

KERNEL2(unfold, const T *, x, T *, y) {
  (void)shared;
  int64_t window = WINDOW_HEIGHT * WINDOW_WIDTH;
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  int moves = WITH_TYPE(moves_planes)(sizes);
  FOR_EACH_GROUP(g) {
    const T *plane = x + g / window * IN_HEIGHT * IN_WIDTH;
    int64_t top = g % window / WINDOW_WIDTH * sizes[11] - sizes[9];
    int64_t left = g % WINDOW_WIDTH * sizes[12] - sizes[10];
    if (moves) {
      WITH_TYPE(unfold_moved)(plane, y + g * count, sizes, top, left);
    } else {
      WITH_TYPE(unfold_rows)(plane, y + g * count, sizes, top, left);
    }
  }
}
)

ARITHMETIC(
/* What all windows hold for n elements from `first` on, where windows see moved planes. */
DEVICE_FN void WITH_TYPE(fold_moved)(const T *y, T *x, const int32_t *columns, int64_t first,
                                     int64_t n, const int64_t *sizes) {
  int64_t width = IN_WIDTH;
  int32_t last = (int32_t)width;
  T sums[SIDE_BY_SIDE] = {0};
  for (int64_t p = 0; p < WINDOW_HEIGHT * WINDOW_WIDTH; p++) {
    int64_t top = p / WINDOW_WIDTH * sizes[11] - sizes[9];
    int64_t left = p % WINDOW_WIDTH * sizes[12] - sizes[10];
    int64_t from = top * width - first;
    int64_t to = from + OUT_HEIGHT * width;
    from = from > 0 ? from : 0;
    to = to < n ? to : n;
    const T *seen = y + p * OUT_HEIGHT * width + first - top * width - left;
    int32_t right = left < -width ? -last : left > width ? last : (int32_t)left;
    INDEPENDENT for (int64_t t = from; t < to; t++) {
      if ((uint32_t)(columns[t] - right) < (uint32_t)last) {
        sums[t] += seen[t];
      }
    }
  }
  memcpy(x + first, sums, (size_t)n * sizeof(T));
}

/* Adds one place of all windows of a plane to what it sees. */
DEVICE_FN void WITH_TYPE(fold_place)(const T *y, T *x, const int64_t *sizes, int64_t top,
                                     int64_t left) {
  int64_t from = WITH_TYPE(first_from)(left, sizes[8], OUT_WIDTH);
  int64_t to = WITH_TYPE(first_from)(left - IN_WIDTH, sizes[8], OUT_WIDTH);
  int64_t first = WITH_TYPE(first_from)(top, sizes[7], OUT_HEIGHT);
  int64_t last = WITH_TYPE(first_from)(top - IN_HEIGHT, sizes[7], OUT_HEIGHT);
  for (int64_t r = first; r < last; r++) {
    const T *out = y + r * OUT_WIDTH;
    T *in = x + (top + r * sizes[7]) * IN_WIDTH + left;
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

DEVICE_FN void WITH_TYPE(fold_plane)(const T *y, T *x, const int64_t *sizes) {
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  memset(x, 0, (size_t)(IN_HEIGHT * IN_WIDTH) * sizeof(T));
  for (int64_t p = 0; p < WINDOW_HEIGHT * WINDOW_WIDTH; p++) {
    WITH_TYPE(fold_place)(y + p * count, x, sizes, p / WINDOW_WIDTH * sizes[11] - sizes[9],
                          p % WINDOW_WIDTH * sizes[12] - sizes[10]);
  }
}

KERNEL2(fold, const T *, y, T *, x) {
  (void)shared;
  int64_t seen = WINDOW_HEIGHT * WINDOW_WIDTH * OUT_HEIGHT * OUT_WIDTH;
  int64_t area = IN_HEIGHT * IN_WIDTH;
  if (!WITH_TYPE(moves_planes)(sizes)) {
    FOR_EACH_GROUP(g) {
      WITH_TYPE(fold_plane)(y + g * seen, x + g * area, sizes);
    }
    return;
  }
  for (int64_t first = 0; first < area; first += SIDE_BY_SIDE) {
    struct places at;
    int64_t n = together(first, area);
    find_places(&at, first, n, IN_WIDTH);
    FOR_EACH_GROUP(g) {
      WITH_TYPE(fold_moved)(y + g * seen, x + g * area, at.columns, first, n, sizes);
    }
  }
}
)
