/* Runs rows, the interpreter, folds and kernels on memory without a byte to spare, for a sanitizer
 * to watch. What is computed is checked where one line can say it; Java's tests check the rest. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cpu/fold.h"
#include "operands.h"

void adjoint_elementwise(const struct launch *launch, int64_t first, int64_t last);
void adjoint_fold(const struct fold *fold, int64_t first, int64_t last);
void adjoint_fold_join(struct fold *fold);
void *adjoint_allocate(int64_t bytes);
void adjoint_free(void *memory);

extern row_function binary_add_f32, unary_exp_f32, unary_neg_f32;
extern const struct reducer fold_sum_f32, fold_max_f32;

/* ---- programs ---- */

/* value 2 = x + y, value 3 = -x; both are stored. */
static struct program *sum_and_negative(int64_t tile) {
  static const int64_t bytes[] = {4, 4};
  static const struct instruction code[] = {
      {binary_add_f32, 2, {0, 1, INDEX_PLACE, INDEX_PLACE}},
      {unary_neg_f32, 3, {0, INDEX_PLACE, INDEX_PLACE, INDEX_PLACE}}};
  static const struct store stores[] = {{2, 4, 0}, {3, 4, 1}};
  static struct program program;
  struct program p = {2, 0, 2, 2, 2, tile, 4, bytes, code, stores};
  program = p;
  return &program;
}

/* A launch of four operands; the caller frees it. */
static struct launch *launch_of(const struct program *program, int64_t rank, const int64_t *shape,
                                float *const base[4], const int64_t *const strides[4]) {
  struct launch *launch = malloc(sizeof *launch + 4 * sizeof(struct operand));
  struct launch head = {.program = program, .rank = rank, .shape = shape, .scalars = 0};
  memcpy(launch, &head, sizeof head);
  for (int o = 0; o < 4; o++) {
    struct operand operand = {(char *)base[o], strides[o]};
    memcpy((char *)launch + sizeof *launch + (size_t)o * sizeof operand, &operand, sizeof operand);
  }
  return launch;
}

static void run_dense(int64_t n, int64_t tile, int in_place) {
  const int64_t one[] = {1};
  const int64_t *strides[] = {one, one, one, one};
  float *x = floats(n);
  float *y = floats(n);
  float *sum = in_place ? x : floats(n);
  float *negative = in_place ? y : floats(n);
  float *const base[] = {x, y, sum, negative};
  struct launch *launch = launch_of(sum_and_negative(tile), 1, &n, base, strides);
  adjoint_elementwise(launch, 0, n / 2 / tile * tile);
  adjoint_elementwise(launch, n / 2 / tile * tile, n);
  for (int64_t i = 0; i < n; i++) {
    float v = (float)(i % 7) - 3;
    check(sum[i] == v + v && negative[i] == -v, "dense program", i);
  }
  free(launch);
  free(x);
  free(y);
  if (!in_place) {
    free(sum);
    free(negative);
  }
}

/* x is transposed, y a row that repeats, one output has gaps and the other runs backwards. */
static void run_strided(int64_t rows, int64_t columns) {
  const int64_t shape[] = {rows, columns};
  const int64_t across[] = {1, rows};
  const int64_t repeated[] = {0, 1};
  const int64_t gaps[] = {2 * columns, 2};
  const int64_t backwards[] = {columns, -1};
  const int64_t *strides[] = {across, repeated, gaps, backwards};
  float *x = floats(rows * columns);
  float *y = floats(columns);
  float *sum = floats(2 * rows * columns - 1);
  float *negative = floats(rows * columns);
  float *const base[] = {x, y, sum, negative + columns - 1};
  struct launch *launch = launch_of(sum_and_negative(64), 2, shape, base, strides);
  adjoint_elementwise(launch, 0, rows * columns);
  for (int64_t i = 0; i < rows * columns; i++) {
    float v = x[i % columns * rows + i / columns];
    check(sum[2 * i] == v + y[i % columns], "strided sum", i);
    check(negative[i / columns * columns + columns - 1 - i % columns] == -v, "negative", i);
  }
  free(launch);
  free(x);
  free(y);
  free(sum);
  free(negative);
}

/* Whole blocks whose rows are farther apart than their columns are turned at once. */
static void run_blocks(void) {
  const int64_t shape[] = {3, 8, 8};
  const int64_t turned[] = {64, 1, 8};
  const int64_t dense[] = {64, 8, 1};
  const int64_t *strides[] = {turned, dense, dense, dense};
  float *const base[] = {floats(192), floats(192), floats(192), floats(192)};
  struct launch *launch = launch_of(sum_and_negative(128), 3, shape, base, strides);
  adjoint_elementwise(launch, 0, 192);
  for (int64_t i = 0; i < 192; i++) {
    int64_t at = i / 64 * 64 + i % 8 * 8 + i / 8 % 8;
    check(base[3][i] == -base[0][at], "turned block", i);
  }
  for (int o = 0; o < 4; o++) {
    free(base[o]);
  }
  free(launch);
}

/* ---- folds ---- */

static void run_fold(int64_t outer, int64_t folded, int64_t inner, int64_t block) {
  static const int64_t bytes[] = {4};
  static const struct store stores[] = {{0, 4, 0}};
  static const struct program program = {1, 0, 0, 0, 1, 256, 4, bytes, 0, stores};
  const int64_t shape[] = {outer, folded, inner};
  const int64_t dense[] = {folded * inner, inner, 1};
  const int64_t kept[] = {outer, inner};
  const int64_t results[] = {inner, 1};
  float *x = floats(outer * folded * inner);
  float *y = floats(outer * inner);
  int64_t blocks = folded == 0 ? 1 : (folded + block - 1) / block;
  char *partials = blocks > 1 ? malloc((size_t)(blocks * outer * inner * 8)) : 0;
  float *const base[] = {x, x, x, x};
  const int64_t *const strides[] = {dense, dense, dense, dense};
  struct launch *launch = launch_of(&program, 3, shape, base, strides);
  struct fold fold = {launch, &fold_sum_f32, outer, folded, inner, 1,
                      blocks > 1 ? block : folded, inner, 2, kept, {(char *)y, results}, partials};
  adjoint_fold(&fold, 0, blocks * outer);
  if (partials) {
    adjoint_fold_join(&fold);
  }
  for (int64_t r = 0; r < outer * inner; r++) {
    double sum = 0;
    for (int64_t j = 0; j < folded; j++) {
      sum += x[(r / inner * folded + j) * inner + r % inner];
    }
    check(y[r] == (float)sum, "sum", r);
  }
  free(launch);
  free(partials);
  free(x);
  free(y);
}

/* The negatives' sum, and what is stored beside it, come out alike whatever a tile is. */
static void run_storing_fold(int64_t n, int64_t tile, int64_t block) {
  const int64_t shape[] = {1, n};
  const int64_t dense[] = {n, 1};
  const int64_t kept = 1;
  const int64_t *strides[] = {dense, dense, dense, dense};
  float *x = floats(n);
  float *y = floats(n);
  float *sum = floats(n);
  float *total = floats(1);
  float *const base[] = {x, y, sum, x};
  int64_t blocks = (n + block - 1) / block;
  char *partials = blocks > 1 ? malloc((size_t)(blocks * 8)) : 0;
  struct launch *launch = launch_of(sum_and_negative(tile), 2, shape, base, strides);
  struct fold fold = {launch, &fold_sum_f32, 1, n, 1, 1, blocks > 1 ? block : n, 1, 1, &kept,
                      {(char *)total, &kept}, partials};
  adjoint_fold(&fold, 0, blocks);
  if (partials) {
    adjoint_fold_join(&fold);
  }
  double want = 0;
  for (int64_t i = 0; i < n; i++) {
    want -= x[i];
    check(sum[i] == x[i] + y[i], "sum beside a fold", i);
  }
  check(total[0] == (float)want, "fold beside a sum", n);
  free(launch);
  free(partials);
  free(x);
  free(y);
  free(sum);
  free(total);
}

/* ---- structured kernels ---- */

static void run_kernel(kernel_function *kernel, int64_t groups, const int64_t *sizes, void *a,
                       void *b, void *c) {
  void *operands[] = {a, b, c};
  kernel(operands, sizes, 0, groups / 2);
  kernel(operands, sizes, groups / 2, groups);
  free(a);
  free(b);
  free(c);
}

#define KERNEL(name)              \
  extern kernel_function name##_f32; \
  run_kernel(name##_f32

static void run_kernels(int64_t outer, int64_t n, int64_t inner) {
  int64_t lines[] = {outer, n, inner, 1};
  int64_t picks[] = {outer, n, 6, inner};
  int64_t product[] = {outer, n, inner, 5, n * 5, 5, 1, 0, 1, 5, 1};
  int64_t packing[] = {outer, 2, n, 0, 2, 1};
  int64_t stream[] = {n, 1, 2, -3, 4};
  int64_t all = outer * n * inner;
  KERNEL(cumsum), outer * inner, lines, floats(all), floats(all), 0);
  KERNEL(argmax), outer * inner, lines, floats(all), integers(outer * inner, 9), 0);
  KERNEL(argmin), outer * inner, lines, floats(all), integers(outer * inner, 9), 0);
  KERNEL(sort), outer * inner, lines, floats(all), floats(all), integers(all, 9));
  int64_t picked = outer * 6 * inner;
  int64_t blocks = (picked + 1023) / 1024;
  int64_t owners = outer * ((inner + 63) / 64);
  KERNEL(gather), blocks, picks, floats(all), integers(picked, n), floats(picked));
  KERNEL(scatter), owners, picks, floats(all), integers(picked, n), floats(picked));
  KERNEL(scatter_add), owners, picks, floats(all), integers(picked, n), floats(picked));
  KERNEL(index_select), blocks, picks, floats(all), integers(6, n), floats(picked));
  KERNEL(index_add), owners, picks, floats(all), integers(6, n), floats(picked));
  KERNEL(matmul), outer * ((n + 63) / 64) * ((inner + 63) / 64), product, floats(outer * n * 5),
      floats(5 * inner), floats(all));
  int64_t moved = (outer * n + 1023) / 1024;
  KERNEL(pack), moved, packing, floats(outer * n), floats(outer * n), floats(outer * 2 * n));
  KERNEL(unpack), moved, packing, floats(outer * 2 * n), floats(outer * n), floats(outer * n));
  KERNEL(random_uniform), (n + 3) / 4, stream, floats(n), 0, 0);
  KERNEL(random_normal), (n + 3) / 4, stream, floats(n), 0, 0);
  extern kernel_function random_int_i64;
  run_kernel(random_int_i64, (n + 1) / 2, stream, integers(n, 9), 0, 0);
}

void exercise_rows_f32(void), exercise_rows_f64(void), exercise_rows_i32(void);
void exercise_rows_i64(void), exercise_rows_u8(void), exercise_rows_u1(void);
void exercise_layers(void), exercise_tuned(int64_t n);

int main(void) {
  exercise_rows_f32(), exercise_rows_f64(), exercise_rows_i32();
  exercise_rows_i64(), exercise_rows_u8(), exercise_rows_u1();
  exercise_layers();
  static const int64_t sizes[] = {1, 2, 15, 16, 17, 63, 64, 65, 1000, 4099};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    run_dense(sizes[s], 64, 0);
    run_dense(sizes[s], 64, 1);
    run_strided(sizes[s] < 100 ? sizes[s] : 3, 37);
    run_strided(5, sizes[s]);
    run_fold(1, sizes[s], 1, 100);
    run_fold(3, sizes[s], 5, 1000);
    run_fold(2, 11, sizes[s], 4);
    run_fold(sizes[s], 3, 2, 10);
    run_storing_fold(sizes[s], 64, 100);
    run_storing_fold(sizes[s], 256, 5000);
    run_kernels(2, sizes[s], 1);
    run_kernels(1, sizes[s] < 100 ? sizes[s] : 7, 19);
    exercise_tuned(sizes[s]);
  }
  run_blocks();
  run_fold(2, 0, 3, 1);
  void *memory = adjoint_allocate(10 << 20);
  memset(memory, 1, 10 << 20);
  adjoint_free(memory);
  check(adjoint_allocate((int64_t)1 << 50) == 0, "allocation", 0);
  puts("exercise: no report");
  return 0;
}
