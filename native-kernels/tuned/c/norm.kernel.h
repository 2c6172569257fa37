/* A layer norm's gradient by one lane: row after row, in loops of vectors. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * sizeof(ACCUMULATOR))

FLOATING(
/* Of a row's gradient g, with h = g weight and z = (x - mean) rstd: the means of h and of h z. */
DEVICE_FN void WITH_TYPE(gradient_moments)(GLOBAL const T *g, GLOBAL const T *x,
                                           GLOBAL const T *weight, int weighted, int64_t n, T mean,
                                           T rstd, LOCAL void *shared, T *first, T *second) {
  ACCUMULATOR sum = 0;
  ACCUMULATOR products = 0;
  PRAGMA(omp simd reduction(+ : sum, products))
  for (int64_t j = LANE; j < n; j += LANES) {
    T h = weighted ? g[j] * weight[j] : g[j];
    sum += h;
    products += (ACCUMULATOR)h * (x[j] - mean);
  }
  *first = (T)(WITH_TYPE(group_sum)(sum, (LOCAL ACCUMULATOR *)shared) / (ACCUMULATOR)n);
  *second =
      (T)(WITH_TYPE(group_sum)(products, (LOCAL ACCUMULATOR *)shared) / (ACCUMULATOR)n * rstd);
}

/* operands: g, x, weight[n], mean[rows], rstd[rows], x's gradient, then for each block of rows what
 * it adds to the gradients of weight[n] and bias[n]. sizes {rows, n, flags, rows of a block}: flag 4
 * asks for x's gradient, 2 for those of weight and bias. groups = ceil(rows / rows of a block). */
KERNEL_OF_MANY(layer_norm_backward) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int weighted = (sizes[2] & NORM_WEIGHT) != 0;
  FOR_EACH_GROUP(block) {
    int64_t first = block * sizes[3];
    int64_t last = first + sizes[3] < sizes[0] ? first + sizes[3] : sizes[0];
    GLOBAL T *of_weight = operands[6] + block * n;
    GLOBAL T *of_bias = operands[7] + block * n;
    for (int64_t row = first; row < last; row++) {
      GLOBAL const T *g = operands[0] + row * n;
      GLOBAL const T *x = operands[1] + row * n;
      GLOBAL const T *weight = operands[2];
      T mean = operands[3][row];
      T rstd = operands[4][row];
      T a;
      T b;
      WITH_TYPE(gradient_moments)(g, x, weight, weighted, n, mean, rstd, shared, &a, &b);
      if (sizes[2] & NORM_INPUT) {
        GLOBAL T *of_x = operands[5] + row * n;
        INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
          T h = weighted ? g[j] * weight[j] : g[j];
          of_x[j] = rstd * (h - a - (x[j] - mean) * rstd * b);
        }
      }
      if (sizes[2] & NORM_BIAS) {
        int starts = row == first;
        INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
          T product = g[j] * ((x[j] - mean) * rstd);
          of_weight[j] = starts ? product : of_weight[j] + product;
          of_bias[j] = starts ? g[j] : of_bias[j] + g[j];
        }
      }
    }
  }
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
