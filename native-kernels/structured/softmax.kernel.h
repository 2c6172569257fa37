/* softmax along the middle of [outer][n][inner], and back.
 * sizes {outer, n, inner}; groups = outer * inner: a group is one line. The line's maximum is taken
 * off first, so that exp cannot overflow; a line with NaN or +infinity, or of -infinity only, is
 * NaN. All lanes run a line together where inner is 1, unless it is short; else each runs its own,
 * and adjacent lines are taken together, since they share cache lines. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * sizeof(ACCUMULATOR))
#include "lines.h"

FLOATING(
DEVICE_FN void WITH_TYPE(softmax_line)(GLOBAL const T *x, GLOBAL T *y, int64_t n,
                                       LOCAL void *shared) {
  T top = WITH_TYPE(line_maximum)(x, n, shared);
  ACCUMULATOR sum = 0;
  REDUCES(+, sum) for (int64_t j = LANE; j < n; j += LANES) {
    T e = exp(x[j] - top);
    y[j] = e;
    sum += e;
  }
  T total = (T)WITH_TYPE(group_sum)(sum, (LOCAL ACCUMULATOR *)shared);
  INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
    y[j] = y[j] / total;
  }
}

DEVICE_FN void WITH_TYPE(softmax_lines)(GLOBAL const T *x, GLOBAL T *y, int64_t n, int64_t along,
                                        int64_t across, int64_t lines) {
  T top[ADJACENT];
  ACCUMULATOR sum[ADJACENT];
  WITH_TYPE(lines_totals)(x, n, along, across, lines, top, sum);
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      y[j * along + i * across] = exp(x[j * along + i * across] - top[i]) / (T)sum[i];
    }
  }
}

KERNEL2(softmax, GLOBAL const T *, x, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1 && n > SHORT_LINE) {
    FOR_EACH_GROUP(g) {
      WITH_TYPE(softmax_line)(x + g * n, y + g * n, n, shared);
    }
    return;
  }
  if (inner == 1) {
    FOR_ADJACENT_GROUPS(g, lines, ALL_GROUPS) {
      WITH_TYPE(softmax_lines)(x + g * n, y + g * n, n, 1, n, lines);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(softmax_lines)(x + at, y + at, n, inner, 1, lines);
  }
}

/* Of a result y and its gradient h: y (h - sum of h y). */
DEVICE_FN void WITH_TYPE(softmax_line_back)(GLOBAL const T *h, GLOBAL const T *y, GLOBAL T *x,
                                            int64_t n, LOCAL void *shared) {
  ACCUMULATOR sum = 0;
  REDUCES(+, sum) for (int64_t j = LANE; j < n; j += LANES) {
    T product = h[j] * y[j];
    sum += product;
  }
  T total = (T)WITH_TYPE(group_sum)(sum, (LOCAL ACCUMULATOR *)shared);
  INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
    x[j] = y[j] * (h[j] - total);
  }
}

DEVICE_FN void WITH_TYPE(softmax_lines_back)(GLOBAL const T *h, GLOBAL const T *y, GLOBAL T *x,
                                             int64_t n, int64_t along, int64_t across,
                                             int64_t lines) {
  ACCUMULATOR sum[ADJACENT] = {0};
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      T product = h[j * along + i * across] * y[j * along + i * across];
      sum[i] += product;
    }
  }
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      int64_t at = j * along + i * across;
      x[at] = y[at] * (h[at] - (T)sum[i]);
    }
  }
}

KERNEL3(softmax_backward, GLOBAL const T *, h, GLOBAL const T *, y, GLOBAL T *, x) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1 && n > SHORT_LINE) {
    FOR_EACH_GROUP(g) {
      WITH_TYPE(softmax_line_back)(h + g * n, y + g * n, x + g * n, n, shared);
    }
    return;
  }
  if (inner == 1) {
    FOR_ADJACENT_GROUPS(g, lines, ALL_GROUPS) {
      WITH_TYPE(softmax_lines_back)(h + g * n, y + g * n, x + g * n, n, 1, n, lines);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(softmax_lines_back)(h + at, y + at, x + at, n, inner, 1, lines);
  }
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
