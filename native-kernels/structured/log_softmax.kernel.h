/* log_softmax along lines, as softmax.kernel.h has them, and back. What it takes off a line, its
 * maximum and then the logarithm of its total, are two numbers: with them alone, the result need
 * not be in memory. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * sizeof(ACCUMULATOR))
#include "lines.h"

FLOATING(
DEVICE_FN void WITH_TYPE(log_softmax_line)(GLOBAL const T *x, GLOBAL T *y, int64_t n,
                                           LOCAL void *shared) {
  T top = WITH_TYPE(line_maximum)(x, n, shared);
  T log_total = WITH_TYPE(line_log_total)(x, n, top, shared);
  INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
    y[j] = x[j] - top - log_total;
  }
}

DEVICE_FN void WITH_TYPE(log_softmax_lines)(GLOBAL const T *x, GLOBAL T *y, int64_t n,
                                            int64_t along, int64_t across, int64_t lines) {
  T top[ADJACENT];
  ACCUMULATOR sum[ADJACENT];
  WITH_TYPE(lines_totals)(x, n, along, across, lines, top, sum);
  for (int64_t i = 0; i < lines; i++) {
    sum[i] = log(sum[i]);
  }
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      y[j * along + i * across] = x[j * along + i * across] - top[i] - (T)sum[i];
    }
  }
}

KERNEL2(log_softmax, GLOBAL const T *, x, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1 && n > SHORT_LINE) {
    FOR_EACH_GROUP(g) {
      WITH_TYPE(log_softmax_line)(x + g * n, y + g * n, n, shared);
    }
    return;
  }
  if (inner == 1) {
    FOR_ADJACENT_GROUPS(g, lines, ALL_GROUPS) {
      WITH_TYPE(log_softmax_lines)(x + g * n, y + g * n, n, 1, n, lines);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(log_softmax_lines)(x + at, y + at, n, inner, 1, lines);
  }
}

DEVICE_FN void WITH_TYPE(log_totals_of)(GLOBAL const T *x, GLOBAL T *tops, GLOBAL T *log_totals,
                                        int64_t n, int64_t along, int64_t across, int64_t lines) {
  T top[ADJACENT];
  ACCUMULATOR sum[ADJACENT];
  WITH_TYPE(lines_totals)(x, n, along, across, lines, top, sum);
  for (int64_t i = 0; i < lines; i++) {
    tops[i] = top[i];
    log_totals[i] = (T)log(sum[i]);
  }
}

/* The maxima of all lines, then the logarithms of their totals. */
KERNEL2(log_softmax_totals, GLOBAL const T *, x, GLOBAL T *, totals) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  GLOBAL T *log_totals = totals + sizes[0] * inner;
  if (inner == 1 && n > SHORT_LINE) {
    FOR_EACH_GROUP(g) {
      T top = WITH_TYPE(line_maximum)(x + g * n, n, shared);
      T log_total = WITH_TYPE(line_log_total)(x + g * n, n, top, shared);
      if (LANE == 0) {
        totals[g] = top;
        log_totals[g] = log_total;
      }
    }
    return;
  }
  if (inner == 1) {
    FOR_ADJACENT_GROUPS(g, lines, ALL_GROUPS) {
      WITH_TYPE(log_totals_of)(x + g * n, totals + g, log_totals + g, n, 1, n, lines);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(log_totals_of)(x + at, totals + g, log_totals + g, n, inner, 1, lines);
  }
}

/* log_softmax of x, whose totals are known. */
KERNEL3(log_softmax_of, GLOBAL const T *, x, GLOBAL const T *, totals, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  GLOBAL const T *log_totals = totals + sizes[0] * inner;
  if (inner == 1) {
    FOR_EACH_GROUP(g) {
      T top = totals[g];
      T log_total = log_totals[g];
      INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
        y[g * n + j] = x[g * n + j] - top - log_total;
      }
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    for (int64_t j = 0; j < n; j++) {
      INDEPENDENT for (int64_t i = 0; i < lines; i++) {
        y[at + j * inner + i] = x[at + j * inner + i] - totals[g + i] - log_totals[g + i];
      }
    }
  }
}

/* h - e^y (sum of h) */
DEVICE_FN void WITH_TYPE(log_softmax_line_back)(GLOBAL const T *h, GLOBAL const T *y, GLOBAL T *x,
                                                int64_t n, LOCAL void *shared) {
  ACCUMULATOR sum = 0;
  REDUCES(+, sum) for (int64_t j = LANE; j < n; j += LANES) {
    sum += h[j];
  }
  T total = (T)WITH_TYPE(group_sum)(sum, (LOCAL ACCUMULATOR *)shared);
  INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
    x[j] = h[j] - exp(y[j]) * total;
  }
}

DEVICE_FN void WITH_TYPE(log_softmax_lines_back)(GLOBAL const T *h, GLOBAL const T *y, GLOBAL T *x,
                                                 int64_t n, int64_t along, int64_t across,
                                                 int64_t lines) {
  ACCUMULATOR sum[ADJACENT] = {0};
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      sum[i] += h[j * along + i * across];
    }
  }
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      int64_t at = j * along + i * across;
      x[at] = h[at] - exp(y[at]) * (T)sum[i];
    }
  }
}

KERNEL3(log_softmax_backward, GLOBAL const T *, h, GLOBAL const T *, y, GLOBAL T *, x) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1 && n > SHORT_LINE) {
    FOR_EACH_GROUP(g) {
      WITH_TYPE(log_softmax_line_back)(h + g * n, y + g * n, x + g * n, n, shared);
    }
    return;
  }
  if (inner == 1) {
    FOR_ADJACENT_GROUPS(g, lines, ALL_GROUPS) {
      WITH_TYPE(log_softmax_lines_back)(h + g * n, y + g * n, x + g * n, n, 1, n, lines);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(log_softmax_lines_back)(h + at, y + at, x + at, n, inner, 1, lines);
  }
}

/* As log_softmax_backward for a gradient that is h[o][i] at index[o][i] and 0 elsewhere, of the
 * result that log_softmax_of makes of x and totals. */
KERNEL5(log_softmax_backward_of_one, GLOBAL const int64_t *, index, GLOBAL const T *, h,
        GLOBAL const T *, x, GLOBAL const T *, totals, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  GLOBAL const T *log_totals = totals + sizes[0] * inner;
  if (inner == 1) {
    FOR_EACH_GROUP(g) {
      T top = totals[g];
      T log_total = log_totals[g];
      T total = h[g];
      INDEPENDENT for (int64_t j = g * n + LANE; j < g * n + n; j += LANES) {
        y[j] = 0 - exp(x[j] - top - log_total) * total;
      }
      if (index[g] % LANES == LANE) { /* the lane that wrote there */
        y[g * n + index[g]] += total;
      }
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    for (int64_t j = 0; j < n; j++) {
      INDEPENDENT for (int64_t i = 0; i < lines; i++) {
        int64_t k = at + j * inner + i;
        T p = exp(x[k] - totals[g + i] - log_totals[g + i]);
        y[k] = (j == index[g + i] ? h[g + i] : 0) - p * h[g + i];
      }
    }
  }
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
