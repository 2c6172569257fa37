/* Compares tuned kernels with the portable ones, bit for bit; exercise.c calls this. */
#include <string.h>

#include "operands.h"

void exercise_tuned(int64_t n);

extern kernel_function sort_f32, portable_sort_f32, topk_f32, matmul_f32, portable_matmul_f32;
extern kernel_function random_uniform_f32, portable_random_uniform_f32;

static void check_sort(int64_t outer, int64_t n, int64_t inner, int64_t descending) {
  int64_t lines[] = {outer, n, inner, descending};
  int64_t all = outer * n * inner;
  float *x = floats(all);
  for (int64_t i = 0; i < all; i += 11) {
    x[i] = i % 2 ? -0.0f : 0.0f / (float)(i % 3);
  }
  void *tuned[] = {x, floats(all), integers(all, 9)};
  void *portable[] = {x, floats(all), integers(all, 9)};
  sort_f32(tuned, lines, 0, outer * inner);
  portable_sort_f32(portable, lines, 0, outer * inner);
  check(memcmp(tuned[1], portable[1], (size_t)all * 4) == 0, "sorted value", n);
  check(memcmp(tuned[2], portable[2], (size_t)all * 8) == 0, "sorted index", n);
  int64_t k = n < 5 ? n : 5;
  int64_t first[] = {outer, n, inner, descending, k};
  void *top[] = {x, floats(outer * k * inner), integers(outer * k * inner, 9)};
  topk_f32(top, first, 0, outer * inner);
  for (int64_t o = 0; o < outer; o++) {
    check(memcmp((int64_t *)top[2] + o * k * inner, (int64_t *)tuned[2] + o * n * inner,
                 (size_t)(k * inner) * 8) == 0, "top index", n);
    check(memcmp((float *)top[1] + o * k * inner, (float *)tuned[1] + o * n * inner,
                 (size_t)(k * inner) * 4) == 0, "top value", n);
  }
  free(top[1]);
  free(top[2]);
  free(x);
  for (int o = 1; o < 3; o++) {
    free(tuned[o]);
    free(portable[o]);
  }
}

static void check_matmul(int64_t m, int64_t n, int64_t k, int64_t accumulate, int by_rows) {
  int64_t sizes[] = {2, m, n, k, m * k, k, 1, 0, by_rows ? n : 1, by_rows ? 1 : k, accumulate};
  int64_t groups = 2 * ((m + 63) / 64) * ((n + 63) / 64);
  void *tuned[] = {floats(2 * m * k), floats(n * k), floats(2 * m * n)};
  void *portable[] = {tuned[0], tuned[1], floats(2 * m * n)};
  matmul_f32(tuned, sizes, 0, groups / 2);
  matmul_f32(tuned, sizes, groups / 2, groups);
  portable_matmul_f32(portable, sizes, 0, groups);
  check(memcmp(tuned[2], portable[2], (size_t)(2 * m * n) * 4) == 0, "product", m);
  for (int o = 0; o < 3; o++) {
    free(tuned[o]);
  }
  free(portable[2]);
}

static void check_random(int64_t n) {
  int64_t sizes[] = {n, 3, 5};
  int64_t groups = (n + 3) / 4;
  void *tuned[] = {floats(n)};
  void *portable[] = {floats(n)};
  random_uniform_f32(tuned, sizes, 0, groups / 2);
  random_uniform_f32(tuned, sizes, groups / 2, groups);
  portable_random_uniform_f32(portable, sizes, 0, groups);
  check(memcmp(tuned[0], portable[0], (size_t)n * 4) == 0, "random number", n);
  free(tuned[0]);
  free(portable[0]);
}

/* Of n elements, rows or whatever a kernel has. */
void exercise_tuned(int64_t n) {
  check_sort(2, n, 1, 0);
  check_sort(1, n, 3, 1);
  check_random(n);
  for (int by_rows = 0; by_rows < 2; by_rows++) {
    check_matmul(n < 200 ? n : 70, 65, 33, 0, by_rows);
    check_matmul(3, n < 200 ? n : 130, 70, 1, by_rows);
  }
}
