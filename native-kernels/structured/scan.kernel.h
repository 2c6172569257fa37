/* Kernels that walk one line of [outer][n][inner] from its start.
 * sizes {outer, n, inner}; groups = outer * inner: a group is one line. All lanes run it together
 * where its elements are neighbours (inner is 1), else one lane does, beside its neighbours'. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * 8)

ARITHMETIC(
DEVICE_FN void WITH_TYPE(cumsum_line)(GLOBAL const T *x, GLOBAL T *y, int64_t n) {
  ACCUMULATOR sum = 0;
  for (int64_t j = 0; j < n; j++) {
    sum += x[j];
    y[j] = (T)sum;
  }
}

/* Lines side by side. */
DEVICE_FN void WITH_TYPE(cumsum_lines)(GLOBAL const T *x, GLOBAL T *y, int64_t n, int64_t inner,
                                       int64_t lines) {
  ACCUMULATOR sums[ADJACENT];
  for (int64_t i = 0; i < lines; i++) {
    sums[i] = 0;
  }
  for (int64_t j = 0; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      sums[i] += x[j * inner + i];
      y[j * inner + i] = (T)sums[i];
    }
  }
}

/* By tiles, of which each lane adds up a few neighbours; what lies before them is the sum of
 * earlier tiles and of earlier lanes. */
DEVICE_FN void WITH_TYPE(cumsum_tiles)(GLOBAL const T *x, GLOBAL T *y, int64_t n,
                                       LOCAL ACCUMULATOR *sums) {
  enum { EACH = 8 };
  ACCUMULATOR before = 0;
  for (int64_t tile = 0; tile < n; tile += EACH * LANES) {
    int64_t first = tile + EACH * LANE;
    int64_t last = first + EACH < n ? first + EACH : n;
    ACCUMULATOR sum = 0;
    for (int64_t j = first; j < last; j++) {
      sum += x[j];
    }
    sums[LANE] = sum;
    BARRIER();
    for (int64_t step = 1; step < LANES; step *= 2) {
      ACCUMULATOR earlier = LANE >= step ? sums[LANE - step] : 0;
      BARRIER();
      sums[LANE] += earlier;
      BARRIER();
    }
    sum = before + (LANE > 0 ? sums[LANE - 1] : 0);
    for (int64_t j = first; j < last; j++) {
      sum += x[j];
      y[j] = (T)sum;
    }
    before += sums[LANES - 1];
    BARRIER();
  }
}

KERNEL2(cumsum, GLOBAL const T *, x, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1 && LANES > 1) {
    FOR_EACH_GROUP(g) {
      WITH_TYPE(cumsum_tiles)(x + g * n, y + g * n, n, (LOCAL ACCUMULATOR *)shared);
    }
    return;
  }
  if (inner == 1) {
    FOR_EACH_ITEM(g) {
      WITH_TYPE(cumsum_line)(x + g * n, y + g * n, n);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(cumsum_lines)(x + at, y + at, n, inner, lines);
  }
}
)

ALL(
/* NaN is beyond every number, and not beyond NaN. */
DEVICE_FN int WITH_TYPE(is_beyond)(T a, T b, int greatest) {
  return (greatest ? a > b : a < b) | (IS_NAN(a) & !IS_NAN(b));
}

/* Which of two places of a line is its extreme: the first of equals. */
DEVICE_FN int64_t WITH_TYPE(extreme_of_two)(GLOBAL const T *line, int64_t a, int64_t b,
                                            int greatest) {
  int b_is_beyond = WITH_TYPE(is_beyond)(line[b], line[a], greatest);
  int a_is_beyond = WITH_TYPE(is_beyond)(line[a], line[b], greatest);
  return b_is_beyond | (!a_is_beyond & (b < a)) ? b : a;
}

/* Which of elements first, first + step ... is the extreme: the first of equals. */
DEVICE_FN int64_t WITH_TYPE(extreme)(GLOBAL const T *line, int64_t n, int64_t first, int64_t step,
                                     int greatest) {
  int64_t best = first;
  T top = line[first];
  for (int64_t j = first + step; j < n && !IS_NAN(top); j += step) {
    T v = line[j];
    if ((greatest ? v > top : v < top) | IS_NAN(v)) {
      top = v;
      best = j;
    }
  }
  return best;
}

/* The same of lines side by side. */
DEVICE_FN void WITH_TYPE(extremes_beside)(GLOBAL const T *x, int64_t best[ADJACENT], int64_t n,
                                          int64_t inner, int64_t lines, int greatest) {
  T tops[ADJACENT];
  for (int64_t i = 0; i < lines; i++) {
    tops[i] = x[i];
    best[i] = 0;
  }
  for (int64_t j = 1; j < n; j++) {
    INDEPENDENT for (int64_t i = 0; i < lines; i++) {
      T v = x[j * inner + i];
      int takes = ((greatest ? v > tops[i] : v < tops[i]) | IS_NAN(v)) & !IS_NAN(tops[i]);
      tops[i] = takes ? v : tops[i];
      best[i] = takes ? j : best[i];
    }
  }
}

/* The extreme of one line, as if it were several that are mixed. */
DEVICE_FN int64_t WITH_TYPE(line_extreme)(GLOBAL const T *line, int64_t n, int greatest) {
  int64_t rows = n / ADJACENT;
  if (rows < 2) {
    return WITH_TYPE(extreme)(line, n, 0, 1, greatest);
  }
  int64_t best[ADJACENT];
  WITH_TYPE(extremes_beside)(line, best, rows, ADJACENT, ADJACENT, greatest);
  int64_t first = best[0] * ADJACENT;
  for (int64_t i = 1; i < ADJACENT; i++) {
    first = WITH_TYPE(extreme_of_two)(line, first, best[i] * ADJACENT + i, greatest);
  }
  for (int64_t j = rows * ADJACENT; j < n; j++) {
    first = WITH_TYPE(extreme_of_two)(line, first, j, greatest);
  }
  return first;
}

/* By all lanes; one that has no element takes the first, which another has too. */
DEVICE_FN int64_t WITH_TYPE(group_extreme)(GLOBAL const T *line, int64_t n, int greatest,
                                           LOCAL int64_t *places) {
  places[LANE] = WITH_TYPE(extreme)(line, n, LANE < n ? LANE : 0, LANES, greatest);
  BARRIER();
  for (int64_t apart = LANES / 2; apart > 0; apart /= 2) {
    if (LANE < apart) {
      places[LANE] =
          WITH_TYPE(extreme_of_two)(line, places[LANE], places[LANE + apart], greatest);
    }
    BARRIER();
  }
  int64_t best = places[0];
  BARRIER();
  return best;
}

DEVICE_FN void WITH_TYPE(extremes)(GLOBAL const T *x, GLOBAL int64_t *y, int greatest,
                                   LAUNCH_ARGS) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1 && LANES > 1) {
    FOR_EACH_GROUP(g) {
      int64_t best = WITH_TYPE(group_extreme)(x + g * n, n, greatest, (LOCAL int64_t *)shared);
      if (LANE == 0) {
        y[g] = best;
      }
    }
    return;
  }
  if (inner == 1) {
    FOR_EACH_ITEM(g) {
      y[g] = WITH_TYPE(line_extreme)(x + g * n, n, greatest);
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    GLOBAL const T *first = x + g / inner * n * inner + g % inner;
    int64_t best[ADJACENT];
    WITH_TYPE(extremes_beside)(first, best, n, inner, lines, greatest);
    for (int64_t i = 0; i < lines; i++) {
      y[g + i] = best[i];
    }
  }
}

/* The first of equal extremes; the first NaN, where there is one, is the extreme. */
KERNEL2(argmax, GLOBAL const T *, x, GLOBAL int64_t *, y) {
  WITH_TYPE(extremes)(x, y, 1, SAME_LAUNCH);
}

KERNEL2(argmin, GLOBAL const T *, x, GLOBAL int64_t *, y) {
  WITH_TYPE(extremes)(x, y, 0, SAME_LAUNCH);
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
