/* Kernels that walk one line of [outer][n][inner] from its start.
 * sizes {outer, n, inner}; groups = outer * inner: a group is one line, run by one lane. */
ARITHMETIC(
KERNEL2(cumsum, GLOBAL const T *, x, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  FOR_EACH_ITEM(g) {
    int64_t at = g / inner * n * inner + g % inner;
    ACCUMULATOR sum = 0;
    for (int64_t j = 0; j < n; j++) {
      sum += x[at + j * inner];
      y[at + j * inner] = (T)sum;
    }
  }
}
)

/* The first of equal extremes; the first NaN, where there is one, is the extreme. */
KERNEL2(argmax, GLOBAL const T *, x, GLOBAL int64_t *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  FOR_EACH_ITEM(g) {
    GLOBAL const T *line = x + g / inner * n * inner + g % inner;
    int64_t best = 0;
    T top = line[0];
    for (int64_t j = 1; j < n && !IS_NAN(top); j++) {
      T v = line[j * inner];
      if ((v > top) | IS_NAN(v)) {
        top = v;
        best = j;
      }
    }
    y[g] = best;
  }
}

KERNEL2(argmin, GLOBAL const T *, x, GLOBAL int64_t *, y) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  FOR_EACH_ITEM(g) {
    GLOBAL const T *line = x + g / inner * n * inner + g % inner;
    int64_t best = 0;
    T bottom = line[0];
    for (int64_t j = 1; j < n && !IS_NAN(bottom); j++) {
      T v = line[j * inner];
      if ((v < bottom) | IS_NAN(v)) {
        bottom = v;
        best = j;
      }
    }
    y[g] = best;
  }
}
