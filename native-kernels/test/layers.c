/* Runs the kernels of layers on memory without a byte to spare; exercise.c calls this. */
#include <stdint.h>
#include <stdlib.h>

typedef void kernel_function(void *const *operands, const int64_t *sizes,
                             int64_t first_group, int64_t last_group);

void exercise_layers(void);

static void *floats(int64_t n) {
  float *x = malloc((size_t)n * sizeof *x);
  for (int64_t i = 0; i < n; i++) {
    x[i] = (float)(i % 7) - 3;
  }
  return x;
}

/* Runs a kernel in two ranges and frees its operands. */
static void run(kernel_function *kernel, int64_t groups, const int64_t *sizes, int count,
                void *const *operands) {
  kernel(operands, sizes, 0, groups / 2);
  kernel(operands, sizes, groups / 2, groups);
  for (int o = 0; o < count; o++) {
    free(operands[o]);
  }
}

#define RUN(name, groups, sizes, ...)                                   \
  do {                                                                  \
    extern kernel_function name##_f32;                                  \
    void *operands[] = {__VA_ARGS__};                                   \
    run(name##_f32, groups, sizes, sizeof operands / sizeof *operands, operands); \
  } while (0)

/* Windows of 3 by 2, each second row, over two planes of n by 5. */
static void run_windows(int64_t n, int64_t stride, int64_t pad) {
  int64_t down = (n + 2 * pad - 5) / stride + 1;
  int64_t across = (5 + 2 * pad - 2) / stride + 1;
  int64_t sizes[] = {2, n, 5, down, across, 3, 2, stride, stride, pad, pad, 2, 1};
  int64_t seen = 2 * 6 * down * across;
  RUN(unfold, 2 * 6, sizes, floats(2 * n * 5), floats(seen));
  RUN(fold, 2, sizes, floats(seen), floats(2 * n * 5));
}

void exercise_layers(void) {
  static const int64_t heights[] = {5, 6, 17, 64};
  for (int i = 0; i < 4; i++) {
    run_windows(heights[i], 1, 0);
    run_windows(heights[i], 2, 3);
    run_windows(heights[i], 9, 8);
  }
}
