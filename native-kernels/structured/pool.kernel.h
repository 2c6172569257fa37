/* The greatest and the mean of what windows see; sizes begin as in windows.h.
 * groups = planes: a group is one plane. */
#include "windows.h"

ALL(
/* Where the greatest element of one window is: the first of equals, the last NaN if there is one. */
DEVICE_FN int64_t WITH_TYPE(max_pool_place)(GLOBAL const T *x, const int64_t *sizes, int64_t top,
                                            int64_t left) {
  int64_t best = -1;
  for (int64_t i = 0; i < WINDOW_HEIGHT; i++) {
    int64_t row = top + i * sizes[11];
    for (int64_t j = 0; j < WINDOW_WIDTH; j++) {
      int64_t column = left + j * sizes[12];
      if (IS_INSIDE(row, column)) {
        int64_t at = row * IN_WIDTH + column;
        best = best < 0 || x[at] > x[best] || IS_NAN(x[at]) ? at : best;
      }
    }
  }
  return best;
}

/* y[plane][r][c] and where in its plane it was; every window sees an element. */
KERNEL3(max_pool, GLOBAL const T *, x, GLOBAL T *, y, GLOBAL int64_t *, places) {
  UNUSED_ARGS;
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  FOR_EACH_GROUP(g) {
    GLOBAL const T *plane = x + g * IN_HEIGHT * IN_WIDTH;
    FOR_EACH_PLACE(t, r, c, count, OUT_WIDTH) {
      int64_t top = r * sizes[7] - sizes[9];
      int64_t left = c * sizes[8] - sizes[10];
      int64_t best = WITH_TYPE(max_pool_place)(plane, sizes, top, left);
      y[g * count + t] = plane[best];
      places[g * count + t] = best;
    }
  }
}
)

ARITHMETIC(
/* The gradients of the windows that chose element t of a plane, added up in their order. */
DEVICE_FN T WITH_TYPE(max_pool_element)(GLOBAL const T *g, GLOBAL const int64_t *places,
                                        const int64_t *sizes, int64_t t, int64_t row,
                                        int64_t column) {
  T sum = 0;
  for (int64_t i = WINDOW_HEIGHT - 1; i >= 0; i--) {
    int64_t r = WITH_TYPE(window_at)(row + sizes[9] - i * sizes[11], sizes[7], OUT_HEIGHT);
    for (int64_t j = WINDOW_WIDTH - 1; j >= 0; j--) {
      int64_t c = WITH_TYPE(window_at)(column + sizes[10] - j * sizes[12], sizes[8], OUT_WIDTH);
      if (r >= 0 && c >= 0 && places[r * OUT_WIDTH + c] == t) {
        sum += g[r * OUT_WIDTH + c];
      }
    }
  }
  return sum;
}

/* x[plane][h][w]: the sum of the gradients of windows that chose it. */
KERNEL3(max_pool_backward, GLOBAL const T *, g, GLOBAL const int64_t *, places, GLOBAL T *, x) {
  UNUSED_ARGS;
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  int64_t area = IN_HEIGHT * IN_WIDTH;
  FOR_EACH_GROUP(p) {
    GLOBAL const T *from = g + p * count;
    GLOBAL const int64_t *chosen = places + p * count;
    GLOBAL T *plane = x + p * area;
    if (LANES > 1) {
      FOR_EACH_PLACE(t, row, column, area, IN_WIDTH) {
        plane[t] = WITH_TYPE(max_pool_element)(from, chosen, sizes, t, row, column);
      }
      continue;
    }
    for (int64_t t = 0; t < area; t++) {
      plane[t] = 0;
    }
    for (int64_t t = 0; t < count; t++) {
      plane[chosen[t]] += from[t];
    }
  }
}

/* How many places along an axis count for the window that begins there: those within the plane and
 * its padding, or, when that does not count, within the plane. */
DEVICE_FN int64_t WITH_TYPE(pool_extent)(int64_t first, int64_t window, int64_t size, int64_t pad,
                                         int64_t divisor) {
  int64_t last = first + window < size + pad ? first + window : size + pad;
  if (divisor < 0) {
    first = first < 0 ? 0 : first;
    last = last < size ? last : size;
  }
  return last - first;
}

/* What the sum of a window is divided by: sizes[13] if that is positive. Without padding if it is
 * negative. */
DEVICE_FN T WITH_TYPE(pool_divisor)(const int64_t *sizes, int64_t r, int64_t c) {
  if (sizes[13] > 0) {
    return (T)sizes[13];
  }
  int64_t height = WITH_TYPE(pool_extent)(r * sizes[7] - sizes[9], WINDOW_HEIGHT, IN_HEIGHT,
                                          sizes[9], sizes[13]);
  int64_t width = WITH_TYPE(pool_extent)(c * sizes[8] - sizes[10], WINDOW_WIDTH, IN_WIDTH,
                                         sizes[10], sizes[13]);
  return (T)(height * width);
}

DEVICE_FN T WITH_TYPE(avg_pool_window)(GLOBAL const T *x, const int64_t *sizes, int64_t r,
                                       int64_t c) {
  T sum = 0;
  for (int64_t i = 0; i < WINDOW_HEIGHT; i++) {
    int64_t row = r * sizes[7] - sizes[9] + i;
    for (int64_t j = 0; j < WINDOW_WIDTH; j++) {
      int64_t column = c * sizes[8] - sizes[10] + j;
      if (IS_INSIDE(row, column)) {
        sum += x[row * IN_WIDTH + column];
      }
    }
  }
  return sum / WITH_TYPE(pool_divisor)(sizes, r, c);
}

/* y[plane][r][c] is the mean of what its window sees. */
KERNEL2(avg_pool, GLOBAL const T *, x, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  FOR_EACH_GROUP(g) {
    FOR_EACH_PLACE(t, r, c, count, OUT_WIDTH) {
      y[g * count + t] = WITH_TYPE(avg_pool_window)(x + g * IN_HEIGHT * IN_WIDTH, sizes, r, c);
    }
  }
}

/* The shares of one element in the gradients of the windows that see it, in the windows' order. */
DEVICE_FN T WITH_TYPE(avg_pool_element)(GLOBAL const T *g, const int64_t *sizes, int64_t row,
                                        int64_t column) {
  T sum = 0;
  for (int64_t i = WINDOW_HEIGHT - 1; i >= 0; i--) {
    int64_t r = WITH_TYPE(window_at)(row + sizes[9] - i, sizes[7], OUT_HEIGHT);
    for (int64_t j = WINDOW_WIDTH - 1; j >= 0 && r >= 0; j--) {
      int64_t c = WITH_TYPE(window_at)(column + sizes[10] - j, sizes[8], OUT_WIDTH);
      if (c >= 0) {
        sum += g[r * OUT_WIDTH + c] / WITH_TYPE(pool_divisor)(sizes, r, c);
      }
    }
  }
  return sum;
}

/* x[plane][h][w] from the gradients of the windows. */
KERNEL2(avg_pool_backward, GLOBAL const T *, g, GLOBAL T *, x) {
  UNUSED_ARGS;
  int64_t area = IN_HEIGHT * IN_WIDTH;
  FOR_EACH_GROUP(p) {
    GLOBAL const T *from = g + p * OUT_HEIGHT * OUT_WIDTH;
    FOR_EACH_PLACE(t, row, column, area, IN_WIDTH) {
      x[p * area + t] = WITH_TYPE(avg_pool_element)(from, sizes, row, column);
    }
  }
}
)
