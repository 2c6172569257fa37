/* Rows brought to mean 0 and variance 1, and back. sizes {rows, n, flags, epsilon, its rest}: flag 1
 * says that there is a weight, 2 that there is a bias; epsilon is the sum of two float32, whose bits
 * are given. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * sizeof(ACCUMULATOR))
#include "group.h"
#define NORM_WEIGHT 1
#define NORM_BIAS 2
#define NORM_INPUT 4

FLOATING(
/* The mean of a row and the root of 1 / (its variance + epsilon). */
DEVICE_FN void WITH_TYPE(row_moments)(GLOBAL const T *x, const int64_t *sizes, LOCAL void *shared,
                                      T *mean, T *rstd) {
  int64_t n = sizes[1];
  ACCUMULATOR sum = 0;
  REDUCES(+, sum) for (int64_t j = LANE; j < n; j += LANES) {
    sum += x[j];
  }
  ACCUMULATOR middle = WITH_TYPE(group_sum)(sum, (LOCAL ACCUMULATOR *)shared) / (ACCUMULATOR)n;
  ACCUMULATOR squares = 0;
  REDUCES(+, squares) for (int64_t j = LANE; j < n; j += LANES) {
    ACCUMULATOR rest = x[j] - middle;
    squares += rest * rest;
  }
  ACCUMULATOR epsilon = (ACCUMULATOR)FROM_BITS_f32(sizes[3]) + FROM_BITS_f32(sizes[4]);
  ACCUMULATOR variance =
      WITH_TYPE(group_sum)(squares, (LOCAL ACCUMULATOR *)shared) / (ACCUMULATOR)n;
  *mean = (T)middle;
  *rstd = (T)(1 / sqrt(variance + epsilon));
}

/* operands: x, weight[n], bias[n], y, mean[rows], rstd[rows]: y = (x - mean) rstd weight + bias;
 * what there is not may be any operand. groups = rows. */
KERNEL_OF_MANY(layer_norm) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int weighted = (sizes[2] & NORM_WEIGHT) != 0;
  int biased = (sizes[2] & NORM_BIAS) != 0;
  GLOBAL const T *weight = operands[1];
  GLOBAL const T *bias = operands[2];
  FOR_EACH_GROUP(g) {
    GLOBAL const T *x = operands[0] + g * n;
    GLOBAL T *y = operands[3] + g * n;
    T mean;
    T rstd;
    WITH_TYPE(row_moments)(x, sizes, shared, &mean, &rstd);
    INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
      T value = (x[j] - mean) * rstd;
      value = weighted ? value * weight[j] : value;
      y[j] = biased ? value + bias[j] : value;
    }
    if (LANE == 0) {
      operands[4][g] = mean;
      operands[5][g] = rstd;
    }
  }
}

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
