/* Runs the kernels of layers on memory without a byte to spare; exercise.c calls this. */
#include "operands.h"

void exercise_layers(void);

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

/* Windows of 3 by 3 that begin at each element of two planes of n by 7, and reach so far. */
static void run_moved(int64_t n, int64_t apart) {
  int64_t sizes[] = {2, n, 7, n, 7, 3, 3, 1, 1, apart, apart, apart, apart};
  RUN(unfold, 2 * 9, sizes, floats(2 * n * 7), floats(2 * 9 * n * 7));
  RUN(fold, 2, sizes, floats(2 * 9 * n * 7), floats(2 * n * 7));
}

/* Where windows found their element in planes of n by 6; the caller frees it. */
static void *places(int64_t count, int64_t area) {
  int64_t *x = malloc((size_t)count * sizeof *x);
  for (int64_t i = 0; i < count; i++) {
    x[i] = i * 5 % area;
  }
  return x;
}

static void run_pools(int64_t n, int64_t stride, int64_t pad, int64_t divisor) {
  int64_t down = (n + 2 * pad - 3) / stride + 1;
  int64_t across = (6 + 2 * pad - 2) / stride + 1;
  int64_t sizes[] = {2, n, 6, down, across, 3, 2, stride, stride, pad, pad, 1, 1, divisor};
  int64_t count = 2 * down * across;
  RUN(max_pool, 2, sizes, floats(2 * n * 6), floats(count), places(count, 1));
  RUN(max_pool_backward, 2, sizes, floats(count), places(count, n * 6), floats(2 * n * 6));
  RUN(avg_pool, 2, sizes, floats(2 * n * 6), floats(count));
  RUN(avg_pool_backward, 2, sizes, floats(count), floats(2 * n * 6));
}

static void run_norm(int64_t rows, int64_t n, int64_t flags) {
  int64_t sizes[] = {rows, n, flags, 0x3727c5ac, 0};
  RUN(layer_norm, rows, sizes, floats(rows * n), floats(n), floats(n), floats(rows * n),
      floats(rows), floats(rows));
  int64_t back[] = {rows, n, flags, 3};
  int64_t blocks = (rows + 2) / 3;
  RUN(layer_norm_backward, blocks, back, floats(rows * n), floats(rows * n), floats(n),
      floats(rows), floats(rows), floats(rows * n), floats(blocks * n), floats(blocks * n));
  RUN(portable_layer_norm_backward, blocks, back, floats(rows * n), floats(rows * n),
      floats(n), floats(rows), floats(rows), floats(rows * n), floats(blocks * n), floats(blocks * n));
}

/* Lines along the middle of [outer][n][inner]. */
static void run_lines(int64_t outer, int64_t n, int64_t inner) {
  int64_t sizes[] = {outer, n, inner};
  int64_t lines = outer * inner;
  int64_t all = lines * n;
  RUN(softmax, lines, sizes, floats(all), floats(all));
  RUN(softmax_backward, lines, sizes, floats(all), floats(all), floats(all));
  RUN(log_softmax, lines, sizes, floats(all), floats(all));
  RUN(log_softmax_backward, lines, sizes, floats(all), floats(all), floats(all));
  RUN(log_softmax_totals, lines, sizes, floats(all), floats(2 * lines));
  RUN(log_softmax_of, lines, sizes, floats(all), floats(2 * lines), floats(all));
  RUN(log_softmax_backward_of_one, lines, sizes, places(lines, n), floats(lines), floats(all),
      floats(2 * lines), floats(all));
  RUN(scatter_one, lines, sizes, places(lines, n), floats(lines), floats(all));
  int64_t loss[] = {outer, n, inner, 2, 3};
  RUN(nll_loss, 1, loss, floats(all), floats(2 * lines), places(lines, n), floats(1), places(1, n));
  for (int64_t flags = 2; flags <= 4; flags += 2) {
    int64_t back[] = {lines, 2, flags};
    RUN(nll_loss_backward, lines, back, floats(lines), places(1, n), places(lines, n),
        places(lines, n), floats(lines));
  }
}

void exercise_layers(void) {
  static const int64_t heights[] = {5, 6, 17, 64};
  for (int i = 0; i < 4; i++) {
    run_windows(heights[i], 1, 0);
    run_windows(heights[i], 2, 3);
    run_windows(heights[i], 9, 8);
    run_moved(heights[i], 1);
    run_moved(heights[i], 5);
    run_moved(heights[i], 30);
    run_pools(heights[i], 1, 0, 0);
    run_pools(heights[i], 2, 1, -1);
    run_pools(heights[i], 3, 1, 5);
    run_lines(2, heights[i], 1);
    run_lines(1, 257, heights[i]);
    run_lines(2, 3, heights[i]);
    run_norm(heights[i], 37, 7);
    run_norm(2, heights[i], 4);
    run_norm(7, heights[i], 2);
  }
}
