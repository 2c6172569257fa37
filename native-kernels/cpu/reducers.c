/* Expands reducer.def for one element type. */
#include "reducer.h"

#include "../dialect.h"
#include "stream.h"

enum { LINE_VALUES = 64 / sizeof(T) };

#define REDUCER(types, name, A, neutral, value)                                                \
  types(                                                                                       \
  DEVICE_FN A WITH_TYPE(name##_of)(A a, A x) { return (A)(value); }                            \
                                                                                               \
  static void WITH_TYPE(name##_reset)(void *accumulators, int64_t n) {                         \
    A *as = accumulators;                                                                      \
    for (int64_t i = 0; i < n; i++) {                                                          \
      as[i] = neutral;                                                                         \
    }                                                                                          \
  }                                                                                            \
                                                                                               \
  static int64_t WITH_TYPE(name##_accumulate_few)(A *as, const T *xs, int64_t n,               \
                                                  int64_t ahead) {                             \
    A lanes[FEW_LANES];                                                                        \
    for (int i = 0; i < FEW_LANES; i++) {                                                      \
      lanes[i] = as[i];                                                                        \
    }                                                                                          \
    int64_t k = 0;                                                                             \
    for (; k + FEW_LANES <= n; k += FEW_LANES) {                                               \
      prefetch((const char *)(xs + k + ahead), FEW_LANES * sizeof(T));                         \
      for (int i = 0; i < FEW_LANES; i++) {                                                    \
        lanes[i] = WITH_TYPE(name##_of)(lanes[i], (A)xs[k + i]);                               \
      }                                                                                        \
    }                                                                                          \
    for (int i = 0; i < FEW_LANES; i++) {                                                      \
      as[i] = lanes[i];                                                                        \
    }                                                                                          \
    return k;                                                                                  \
  }                                                                                            \
                                                                                               \
  static void WITH_TYPE(name##_accumulate)(void *accumulators, int64_t lanes,                  \
                                           const void *values, int64_t n, int64_t ahead) {     \
    A *as = accumulators;                                                                      \
    const T *xs = values;                                                                      \
    int64_t done = lanes == FEW_LANES ? WITH_TYPE(name##_accumulate_few)(as, xs, n, ahead) : 0;\
    for (int64_t k = done; k < n; k += lanes) {                                                \
      int64_t m = n - k < lanes ? n - k : lanes;                                               \
      int64_t i = 0;                                                                           \
      for (; i + LINE_VALUES <= m; i += LINE_VALUES) {                                         \
        __builtin_prefetch(xs + k + i + ahead);                                                \
        INDEPENDENT for (int j = 0; j < LINE_VALUES; j++) {                                    \
          as[i + j] = WITH_TYPE(name##_of)(as[i + j], (A)xs[k + i + j]);                       \
        }                                                                                      \
      }                                                                                        \
      for (; i < m; i++) {                                                                     \
        as[i] = WITH_TYPE(name##_of)(as[i], (A)xs[k + i]);                                     \
      }                                                                                        \
    }                                                                                          \
  }                                                                                            \
                                                                                               \
  static void WITH_TYPE(name##_combine)(void *accumulators, const void *others,                \
                                        int64_t n) {                                           \
    A *as = accumulators;                                                                      \
    const A *xs = others;                                                                      \
    INDEPENDENT for (int64_t i = 0; i < n; i++) {                                              \
      as[i] = WITH_TYPE(name##_of)(as[i], xs[i]);                                              \
    }                                                                                          \
  }                                                                                            \
                                                                                               \
  static A WITH_TYPE(name##_of_segment)(const T *xs, int64_t n, int64_t ahead) {               \
    A lanes[FEW_LANES];                                                                        \
    WITH_TYPE(name##_reset)(lanes, FEW_LANES);                                                 \
    int64_t k = WITH_TYPE(name##_accumulate_few)(lanes, xs, n, ahead);                         \
    for (int i = 0; k + i < n; i++) {                                                          \
      lanes[i] = WITH_TYPE(name##_of)(lanes[i], (A)xs[k + i]);                                 \
    }                                                                                          \
    for (int half = FEW_LANES / 2; half > 0; half /= 2) {                                      \
      for (int i = 0; i < half; i++) {                                                         \
        lanes[i] = WITH_TYPE(name##_of)(lanes[i], lanes[i + half]);                            \
      }                                                                                        \
    }                                                                                          \
    return lanes[0];                                                                           \
  }                                                                                            \
                                                                                               \
  static void WITH_TYPE(name##_fold_segments)(void *accumulators, const void *values,          \
                                              int64_t segments, int64_t folded,                \
                                              int64_t inner, int64_t ahead) {                  \
    A *as = accumulators;                                                                      \
    const T *xs = values;                                                                      \
    if (inner == 1 && folded >= FEW_LANES) {                                                   \
      for (int64_t s = 0; s < segments; s++) {                                                 \
        as[s] = WITH_TYPE(name##_of_segment)(xs + s * folded, folded, ahead);                  \
      }                                                                                        \
      return;                                                                                  \
    }                                                                                          \
    for (int64_t s = 0; s < segments; s++) {                                                   \
      for (int64_t i = 0; i < inner; i++) {                                                    \
        A a = neutral;                                                                         \
        for (int64_t j = 0; j < folded; j++) {                                                 \
          a = WITH_TYPE(name##_of)(a, (A)xs[(s * folded + j) * inner + i]);                    \
        }                                                                                      \
        as[s * inner + i] = a;                                                                 \
      }                                                                                        \
    }                                                                                          \
  }                                                                                            \
                                                                                               \
  static void WITH_TYPE(name##_store)(void *elements, const void *accumulators, int64_t n) {   \
    T *out = elements;                                                                         \
    const A *as = accumulators;                                                                \
    for (int64_t i = 0; i < n; i++) {                                                          \
      out[i] = (T)as[i];                                                                       \
    }                                                                                          \
  }                                                                                            \
                                                                                               \
  EXPORT extern const struct reducer WITH_TYPE(fold_##name);                                   \
  const struct reducer WITH_TYPE(fold_##name) = {                                              \
    sizeof(T),                                                                                 \
    sizeof(A),                                                                                 \
    WITH_TYPE(name##_reset),                                                                   \
    WITH_TYPE(name##_accumulate),                                                              \
    WITH_TYPE(name##_combine),                                                                 \
    WITH_TYPE(name##_fold_segments),                                                           \
    WITH_TYPE(name##_store),                                                                   \
  };)

#include "../elementwise/reducer.def"
