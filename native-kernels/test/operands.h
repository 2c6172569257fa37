/* What the exercises need: operands without a byte to spare, and a way to say what is wrong. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define HELPER static __attribute__((unused))

typedef void kernel_function(void *const *operands, const int64_t *sizes,
                             int64_t first_group, int64_t last_group);

HELPER void check(int holds, const char *what, int64_t n) {
  if (!holds) {
    fprintf(stderr, "exercise: wrong %s at %lld\n", what, (long long)n);
    exit(1);
  }
}

HELPER float *floats(int64_t n) {
  float *x = malloc((size_t)n * sizeof *x);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (float)(i % 7) - 3;
  }
  return x;
}

HELPER void *integers(int64_t n, int64_t bound) {
  int64_t *x = malloc((size_t)n * sizeof *x);
  for (int64_t i = 0; i < n; i++) {
    x[i] = i * 5 % bound;
  }
  return x;
}
