/* Losses of classes. */
#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * sizeof(ACCUMULATOR))
#include "group.h"
#define NLL_TOTALS 1
#define NLL_MEAN 2
#define NLL_EACH 4

FLOATING(
/* Minus the sum of what x [outer][n][inner] has at each line's class, and of how many lines: those of
 * the class to ignore do not count. sizes {outer, n, inner, class to ignore, flags}: flag 1 says that
 * x has yet to have its lines' totals taken off, as log_softmax_of does it, 2 asks for the mean; what
 * totals there are not may be any operand. One group. */
KERNEL5(nll_loss, GLOBAL const T *, x, GLOBAL const T *, totals, GLOBAL const int64_t *, classes,
        GLOBAL T *, loss, GLOBAL int64_t *, counted) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  int64_t lines = sizes[0] * inner;
  FOR_EACH_GROUP(g) {
    ACCUMULATOR values[2] = {0, 0};
    for (int64_t i = LANE; i < lines; i += LANES) {
      if (classes[i] != sizes[3]) {
        int64_t outer = inner == 1 ? i : i / inner; /* divisions take longer than the rest */
        T value = x[outer * (n - 1) * inner + classes[i] * inner + i];
        value = sizes[4] & NLL_TOTALS ? value - totals[i] - totals[lines + i] : value;
        values[0] -= value;
        values[1] += 1;
      }
    }
    WITH_TYPE(group_sums)(values, 2, (LOCAL ACCUMULATOR *)shared);
    if (LANE == 0) {
      T sum = (T)values[0];
      loss[g] = sizes[4] & NLL_MEAN ? sum / (T)values[1] : sum;
      counted[g] = (int64_t)values[1];
    }
  }
}

/* The gradient of nll_loss, which each line has at one class: h there, and at which. Lines of the class
 * to ignore have 0, at class 0. sizes {lines, class to ignore, flags}: flag 2 says that what was summed
 * up was divided by how many were counted, 4 that each line has a gradient of its own. A group is one
 * line. */
KERNEL5(nll_loss_backward, GLOBAL const T *, gradient, GLOBAL const int64_t *, counted,
        GLOBAL const int64_t *, classes, GLOBAL int64_t *, index, GLOBAL T *, h) {
  UNUSED_ARGS;
  int each = (sizes[2] & NLL_EACH) != 0;
  T share = sizes[2] & NLL_MEAN ? gradient[0] / (T)counted[0] : gradient[0];
  FOR_EACH_ITEM(i) {
    int ignored = classes[i] == sizes[1];
    index[i] = ignored ? 0 : classes[i];
    h[i] = ignored ? 0 : -(each ? gradient[i] : share);
  }
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
