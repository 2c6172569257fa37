/* Pools on the CPU: what many windows see at one of their places goes together, in vectors. Comes
 * after the portable kernels, which say what operands and sizes mean. */
#include "places.h"

ALL(
/* Where the n windows of these coordinates begin. */
DEVICE_FN void WITH_TYPE(find_windows)(struct places *at, int64_t first, int64_t n,
                                       const int64_t *sizes) {
  find_places(at, first, n, OUT_WIDTH);
  for (int64_t t = 0; t < n; t++) {
    at->rows[t] = at->rows[t] * (int32_t)sizes[7] - (int32_t)sizes[9];
    at->columns[t] = at->columns[t] * (int32_t)sizes[8] - (int32_t)sizes[10];
  }
}

/* What lies (down, right) of where n windows begin: its index in the plane, -1 outside. */
DEVICE_FN void WITH_TYPE(find_seen)(int32_t *place, const struct places *at, int64_t n,
                                    int64_t down, int64_t right, const int64_t *sizes) {
  uint32_t height = (uint32_t)IN_HEIGHT;
  uint32_t width = (uint32_t)IN_WIDTH;
  INDEPENDENT for (int64_t t = 0; t < n; t++) {
    int32_t row = at->rows[t] + (int32_t)down;
    int32_t column = at->columns[t] + (int32_t)right;
    int32_t inside = -((uint32_t)row < height) & -((uint32_t)column < width);
    place[t] = (row * (int32_t)width + column) | ~inside;
  }
}

/* Loads them; outside there is anything. A loop of its own, as gcc makes no vectors of it. */
DEVICE_FN void WITH_TYPE(load_seen)(T *seen, const T *x, const int32_t *place, int64_t n) {
  for (int64_t t = 0; t < n; t++) {
    seen[t] = x[place[t] < 0 ? 0 : place[t]];
  }
}

/* n windows of one plane; whole vectors, what the last ones see is not asked for. By masks, as gcc
 * makes no vectors of ifs. */
DEVICE_FN void WITH_TYPE(max_pool_windows)(const T *x, T *y, int64_t *places,
                                           const struct places *at, int64_t n,
                                           const int64_t *sizes) {
  int64_t whole = (n + 15) / 16 * 16;
  T greatest[SIDE_BY_SIDE];
  T seen[SIDE_BY_SIDE];
  int32_t best[SIDE_BY_SIDE];
  int32_t place[SIDE_BY_SIDE];
  for (int64_t t = 0; t < whole; t++) {
    greatest[t] = 0;
    best[t] = -1;
  }
  for (int64_t p = 0; p < WINDOW_HEIGHT * WINDOW_WIDTH; p++) {
    WITH_TYPE(find_seen)(place, at, whole, p / WINDOW_WIDTH * sizes[11],
                         p % WINDOW_WIDTH * sizes[12], sizes);
    WITH_TYPE(load_seen)(seen, x, place, whole);
    INDEPENDENT for (int64_t t = 0; t < whole; t++) {
      T value = seen[t];
      T before = greatest[t];
      int32_t was = best[t];
      int32_t takes = -(place[t] >= 0) & (-(value > before) | -(IS_NAN(value)) | -(was < 0));
      greatest[t] = takes ? value : before;
      best[t] = (place[t] & takes) | (was & ~takes);
    }
  }
  memcpy(y, greatest, (size_t)n * sizeof(T));
  INDEPENDENT for (int64_t t = 0; t < n; t++) {
    places[t] = best[t];
  }
}

/* Whether no window reaches beyond its plane. */
DEVICE_FN int WITH_TYPE(stay_inside)(const int64_t *sizes) {
  return sizes[9] == 0 && sizes[10] == 0 &&
         (OUT_HEIGHT - 1) * sizes[7] + (WINDOW_HEIGHT - 1) * sizes[11] < IN_HEIGHT &&
         (OUT_WIDTH - 1) * sizes[8] + (WINDOW_WIDTH - 1) * sizes[12] < IN_WIDTH;
}

/* The same for windows that stay inside and begin at these elements. */
DEVICE_FN void WITH_TYPE(max_pool_inside)(const T *x, T *y, int64_t *places, const int32_t *begins,
                                          int64_t n, const int64_t *sizes) {
  int64_t whole = (n + 15) / 16 * 16;
  T greatest[SIDE_BY_SIDE];
  T seen[SIDE_BY_SIDE];
  int32_t best[SIDE_BY_SIDE];
  for (int64_t t = 0; t < whole; t++) {
    greatest[t] = x[begins[t]];
    best[t] = begins[t];
  }
  for (int64_t p = 1; p < WINDOW_HEIGHT * WINDOW_WIDTH; p++) {
    int64_t away = p / WINDOW_WIDTH * sizes[11] * IN_WIDTH + p % WINDOW_WIDTH * sizes[12];
    for (int64_t t = 0; t < whole; t++) {
      seen[t] = x[away + begins[t]];
    }
    INDEPENDENT for (int64_t t = 0; t < whole; t++) {
      T value = seen[t];
      T before = greatest[t];
      int32_t takes = -(value > before) | -(IS_NAN(value));
      greatest[t] = takes ? value : before;
      best[t] = ((begins[t] + (int32_t)away) & takes) | (best[t] & ~takes);
    }
  }
  memcpy(y, greatest, (size_t)n * sizeof(T));
  INDEPENDENT for (int64_t t = 0; t < n; t++) {
    places[t] = best[t];
  }
}

/* Whether the index of an element fits into 32 bits. */
DEVICE_FN int WITH_TYPE(are_small)(const int64_t *sizes) {
  return IN_HEIGHT * IN_WIDTH < INT32_MAX / 2;
}

KERNEL3(max_pool, const T *, x, T *, y, int64_t *, places) {
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  if (!WITH_TYPE(are_small)(sizes)) {
    WITH_TYPE(portable_max_pool_body)(x, y, places, SAME_LAUNCH);
    return;
  }
  int inside = WITH_TYPE(stay_inside)(sizes);
  for (int64_t first = 0; first < count; first += SIDE_BY_SIDE) {
    struct places at = {0};
    int32_t begins[SIDE_BY_SIDE];
    int64_t n = together(first, count);
    WITH_TYPE(find_windows)(&at, first, n, sizes);
    for (int64_t t = 0; t < SIDE_BY_SIDE; t++) {
      begins[t] = at.rows[t] * (int32_t)IN_WIDTH + at.columns[t];
    }
    FOR_EACH_GROUP(g) {
      const T *plane = x + g * IN_HEIGHT * IN_WIDTH;
      int64_t to = g * count + first;
      if (inside) {
        WITH_TYPE(max_pool_inside)(plane, y + to, places + to, begins, n, sizes);
      } else {
        WITH_TYPE(max_pool_windows)(plane, y + to, places + to, &at, n, sizes);
      }
    }
  }
}
)

ARITHMETIC(
/* n windows of one plane. */
DEVICE_FN void WITH_TYPE(avg_pool_windows)(const T *x, T *y, const T *divisors,
                                           const struct places *at, int64_t n,
                                           const int64_t *sizes) {
  T sums[SIDE_BY_SIDE] = {0};
  T seen[SIDE_BY_SIDE];
  int32_t place[SIDE_BY_SIDE];
  for (int64_t p = 0; p < WINDOW_HEIGHT * WINDOW_WIDTH; p++) {
    WITH_TYPE(find_seen)(place, at, n, p / WINDOW_WIDTH, p % WINDOW_WIDTH, sizes);
    WITH_TYPE(load_seen)(seen, x, place, n);
    INDEPENDENT for (int64_t t = 0; t < n; t++) {
      sums[t] += place[t] >= 0 ? seen[t] : 0;
    }
  }
  for (int64_t t = 0; t < n; t++) {
    y[t] = sums[t] / divisors[t];
  }
}

/* Adds the shares that n windows' gradients give to a plane. From the last place to the first, so
 * that each element gets them in the order of the windows. */
DEVICE_FN void WITH_TYPE(avg_pool_spread)(const T *g, T *x, const T *divisors,
                                          const struct places *at, int64_t n,
                                          const int64_t *sizes) {
  T shares[SIDE_BY_SIDE];
  int32_t place[SIDE_BY_SIDE];
  for (int64_t t = 0; t < n; t++) {
    shares[t] = g[t] / divisors[t];
  }
  for (int64_t p = WINDOW_HEIGHT * WINDOW_WIDTH - 1; p >= 0; p--) {
    WITH_TYPE(find_seen)(place, at, n, p / WINDOW_WIDTH, p % WINDOW_WIDTH, sizes);
    for (int64_t t = 0; t < n; t++) {
      if (place[t] >= 0) {
        x[place[t]] += shares[t];
      }
    }
  }
}

DEVICE_FN void WITH_TYPE(find_divisors)(T *divisors, int64_t first, int64_t n,
                                        const int64_t *sizes) {
  for (int64_t t = 0; t < n; t++) {
    int64_t at = first + t;
    divisors[t] = WITH_TYPE(pool_divisor)(sizes, at / OUT_WIDTH, at % OUT_WIDTH);
  }
}

KERNEL2(avg_pool, const T *, x, T *, y) {
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  if (!WITH_TYPE(are_small)(sizes)) {
    WITH_TYPE(portable_avg_pool_body)(x, y, SAME_LAUNCH);
    return;
  }
  for (int64_t first = 0; first < count; first += SIDE_BY_SIDE) {
    struct places at;
    T divisors[SIDE_BY_SIDE];
    int64_t n = together(first, count);
    WITH_TYPE(find_windows)(&at, first, n, sizes);
    WITH_TYPE(find_divisors)(divisors, first, n, sizes);
    FOR_EACH_GROUP(g) {
      WITH_TYPE(avg_pool_windows)(x + g * IN_HEIGHT * IN_WIDTH, y + g * count + first, divisors,
                                  &at, n, sizes);
    }
  }
}

KERNEL2(avg_pool_backward, const T *, g, T *, x) {
  int64_t count = OUT_HEIGHT * OUT_WIDTH;
  int64_t area = IN_HEIGHT * IN_WIDTH;
  if (!WITH_TYPE(are_small)(sizes)) {
    WITH_TYPE(portable_avg_pool_backward_body)(g, x, SAME_LAUNCH);
    return;
  }
  memset(x + first_group * area, 0, (size_t)((last_group - first_group) * area) * sizeof(T));
  for (int64_t first = 0; first < count; first += SIDE_BY_SIDE) {
    struct places at;
    T divisors[SIDE_BY_SIDE];
    int64_t n = together(first, count);
    WITH_TYPE(find_windows)(&at, first, n, sizes);
    WITH_TYPE(find_divisors)(divisors, first, n, sizes);
    FOR_EACH_GROUP(p) {
      WITH_TYPE(avg_pool_spread)(g + p * count + first, x + p * area, divisors, &at, n, sizes);
    }
  }
}
)
