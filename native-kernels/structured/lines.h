#pragma once
/* What softmax and log_softmax find out about lines, in LOCAL_BYTES of MOST_LANES accumulators. */
#include "group.h"

/* Elements of a line up to which lines are taken side by side although theirs do not alternate. */
#define SHORT_LINE 16
#define ALL_GROUPS ((int64_t)1 << 62)

FLOATING(
/* The greatest of what the lanes hold; with one lane, what it holds. */
DEVICE_FN T WITH_TYPE(group_maximum)(T mine, LOCAL T *all) {
  for (int64_t apart = TOGETHER / 2; apart > 0; apart /= 2) {
    T other = FROM_ABOVE(mine, apart);
    mine = mine < other ? other : mine;
  }
  if (LANE % TOGETHER == 0) {
    all[LANE / TOGETHER] = mine;
  }
  BARRIER();
  int64_t teams = LANES / TOGETHER;
  if (TOGETHER == 1) { /* by halves: that is all lanes */
    for (int64_t apart = teams / 2; apart > 0; apart /= 2) {
      if (LANE < apart) {
        T other = all[LANE + apart];
        all[LANE] = all[LANE] < other ? other : all[LANE];
      }
      BARRIER();
    }
    teams = 1;
  }
  T top = all[0];
  for (int64_t t = 1; t < teams; t++) {
    top = top < all[t] ? all[t] : top;
  }
  BARRIER(); /* before the memory holds something else */
  return top;
}

DEVICE_FN T WITH_TYPE(line_maximum)(GLOBAL const T *x, int64_t n, LOCAL void *shared) {
  T top = -INFINITY;
  REDUCES(max, top) for (int64_t j = LANE; j < n; j += LANES) {
    top = top < x[j] ? x[j] : top;
  }
  return WITH_TYPE(group_maximum)(top, (LOCAL T *)shared);
}

/* The logarithm of the sum of exponentials of what a line has over its maximum. */
DEVICE_FN T WITH_TYPE(line_log_total)(GLOBAL const T *x, int64_t n, T top, LOCAL void *shared) {
  ACCUMULATOR sum = 0;
  REDUCES(+, sum) for (int64_t j = LANE; j < n; j += LANES) {
    sum += exp(x[j] - top);
  }
  return (T)log(WITH_TYPE(group_sum)(sum, (LOCAL ACCUMULATOR *)shared));
}

/* The maximum of each of some adjacent lines, and its sum of exponentials. Element j of line i is at
 * j along + i across. */
DEVICE_FN void WITH_TYPE(lines_totals)(GLOBAL const T *x, int64_t n, int64_t along, int64_t across,
                                       int64_t lines, T top[ADJACENT],
                                       ACCUMULATOR sum[ADJACENT]) {
  for (int64_t i = 0; i < lines; i++) {
    top[i] = -INFINITY;
    sum[i] = 0;
  }
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      T v = x[j * along + i * across];
      top[i] = top[i] < v ? v : top[i];
    }
  }
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      sum[i] += exp(x[j * along + i * across] - top[i]);
    }
  }
}
)
