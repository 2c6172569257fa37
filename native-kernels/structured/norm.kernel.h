/* Rows brought to mean 0 and variance 1, and back. sizes {rows, n, flags, epsilon, its rest}: flag 1
 * says that there is a weight, 2 that there is a bias; epsilon is the sum of two float32, whose bits
 * are given. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * sizeof(ACCUMULATOR))
#include "group.h"
#define NORM_WEIGHT 1
#define NORM_BIAS 2
#define NORM_INPUT 4
#define NORM_ROWS 8 /* whose loads are under way at a time */
#define norm_rows WITH_TYPE(norm_rows)

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

/* Some rows, at most NORM_ROWS: with h = gradient * weight and z = (x - mean) rstd, the means of h and
 * of h z. What of the rows is not there is the first one once more. */
typedef struct {
  int64_t at[NORM_ROWS];
  T mean[NORM_ROWS];
  T rstd[NORM_ROWS];
  T first[NORM_ROWS];
  T second[NORM_ROWS];
} norm_rows;

DEVICE_FN norm_rows WITH_TYPE(moments_back)(GLOBAL T *const *operands, const int64_t *sizes,
                                            LOCAL void *shared, GLOBAL const T *weight,
                                            int64_t first, int64_t rows) {
  int64_t n = sizes[1];
  norm_rows of;
  ACCUMULATOR sums[2 * NORM_ROWS]; /* of h, then of h (x - mean) */
  for (int r = 0; r < NORM_ROWS; r++) {
    int64_t row = first + (r < rows ? r : 0);
    of.at[r] = row * n;
    of.mean[r] = operands[3][row];
    of.rstd[r] = operands[4][row];
    sums[r] = 0;
    sums[NORM_ROWS + r] = 0;
  }
  for (int64_t j = LANE; j < n; j += LANES) {
    T scale = weight ? weight[j] : 1;
    for (int r = 0; r < NORM_ROWS; r++) {
      T h = operands[0][of.at[r] + j] * scale;
      sums[r] += h;
      sums[NORM_ROWS + r] += (ACCUMULATOR)h * (operands[1][of.at[r] + j] - of.mean[r]);
    }
  }
  WITH_TYPE(group_sums)(sums, 2 * NORM_ROWS, (LOCAL ACCUMULATOR *)shared);
  for (int r = 0; r < NORM_ROWS; r++) {
    of.first[r] = (T)(sums[r] / (ACCUMULATOR)n);
    of.second[r] = (T)(sums[NORM_ROWS + r] / (ACCUMULATOR)n * of.rstd[r]);
  }
  return of;
}

/* x's gradient, rstd (h - mean of h - z times the mean of h z), and what the rows add to those of
 * weight and bias. */
DEVICE_FN void WITH_TYPE(norm_rows_back)(GLOBAL T *const *operands, const int64_t *sizes,
                                         LOCAL void *shared, int64_t first, int64_t rows,
                                         GLOBAL T *of_weight, GLOBAL T *of_bias, int starts) {
  GLOBAL const T *weight = sizes[2] & NORM_WEIGHT ? operands[2] : 0;
  norm_rows of = WITH_TYPE(moments_back)(operands, sizes, shared, weight, first, rows);
  int of_x = (sizes[2] & NORM_INPUT) != 0;
  int of_rest = (sizes[2] & NORM_BIAS) != 0;
  for (int64_t j = LANE; j < sizes[1]; j += LANES) {
    T scale = weight ? weight[j] : 1;
    T products = of_rest && !starts ? of_weight[j] : 0;
    T gradients = of_rest && !starts ? of_bias[j] : 0;
    for (int r = 0; r < NORM_ROWS; r++) {
      T g = operands[0][of.at[r] + j];
      T z = (operands[1][of.at[r] + j] - of.mean[r]) * of.rstd[r];
      if (r < rows) {
        products += g * z;
        gradients += g;
        if (of_x) {
          operands[5][of.at[r] + j] = of.rstd[r] * (g * scale - of.first[r] - z * of.second[r]);
        }
      }
    }
    if (of_rest) {
      of_weight[j] = products;
      of_bias[j] = gradients;
    }
  }
}

/* operands: g, x, weight[n], mean[rows], rstd[rows], x's gradient, then for each block of rows what
 * it adds to the gradients of weight[n] and bias[n]. sizes {rows, n, flags, rows of a block}: flag 4
 * asks for x's gradient, 2 for those of weight and bias. groups = ceil(rows / rows of a block). */
KERNEL_OF_MANY(layer_norm_backward) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  FOR_EACH_GROUP(block) {
    int64_t first = block * sizes[3];
    int64_t last = first + sizes[3] < sizes[0] ? first + sizes[3] : sizes[0];
    for (int64_t row = first; row < last; row += NORM_ROWS) {
      WITH_TYPE(norm_rows_back)(operands, sizes, shared, row, last - row, operands[6] + block * n,
                                operands[7] + block * n, row == first);
    }
  }
}
)

#undef norm_rows
#undef LOCAL_BYTES
#define LOCAL_BYTES 8
