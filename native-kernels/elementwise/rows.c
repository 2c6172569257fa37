/* Expands the tables for one element type: each row becomes one loop,
 *   family_name_type(n, result, arguments),
 * where n is a multiple of 16, so that no element goes through a remainder loop that might round
 * differently. A result may be an argument's memory. */
#include "../dialect.h"
#include "functions.h"

#define LOOP(symbol)                                                           \
  EXPORT void symbol(int64_t n, void *result, const void *const *arguments);   \
  void symbol(int64_t n, void *result, const void *const *arguments)
#define EACH INDEPENDENT for (int64_t i = 0; i < (n & ~(int64_t)15); i++)

#define NULLARY(types, name, value)                     \
  types(LOOP(WITH_TYPE(nullary_##name)) {               \
    T *out = result;                                    \
    int64_t first = *(const int64_t *)arguments[0];     \
    EACH { out[i] = first + value; }                    \
  })

#define UNARY(types, name, value)      \
  types(LOOP(WITH_TYPE(unary_##name)) { \
    T *out = result;                   \
    const T *xs = arguments[0];        \
    EACH {                             \
      T x = xs[i];                     \
      out[i] = (T)(value);             \
    }                                  \
  })

#define BINARY_TO(R, symbol, value) \
  LOOP(symbol) {                    \
    R *out = result;                \
    const T *xs = arguments[0];     \
    const T *ys = arguments[1];     \
    EACH {                          \
      T x = xs[i];                  \
      T y = ys[i];                  \
      out[i] = (R)(value);          \
    }                               \
  }
#define BINARY(types, name, value) types(BINARY_TO(T, WITH_TYPE(binary_##name), value))
#define COMPARE(types, name, value) types(BINARY_TO(uint8_t, WITH_TYPE(compare_##name), value))

#define TERNARY_ROW(symbol, value) \
  LOOP(symbol) {                   \
    T *out = result;               \
    const T *xs = arguments[0];    \
    const T *ys = arguments[1];    \
    const T *zs = arguments[2];    \
    EACH {                         \
      T x = xs[i];                 \
      T y = ys[i];                 \
      T z = zs[i];                 \
      out[i] = (T)(value);         \
    }                              \
  }
#define TERNARY(types, name, value) types(TERNARY_ROW(WITH_TYPE(ternary_##name), value))

#define QUATERNARY(types, name, value)       \
  types(LOOP(WITH_TYPE(quaternary_##name)) { \
    T *out = result;                         \
    const T *xs = arguments[0];              \
    const T *ys = arguments[1];              \
    const T *zs = arguments[2];              \
    const T *ws = arguments[3];              \
    EACH {                                   \
      T x = xs[i];                           \
      T y = ys[i];                           \
      T z = zs[i];                           \
      T w = ws[i];                           \
      out[i] = (T)(value);                   \
    }                                        \
  })

#define PREDICATE(types, name, value)       \
  types(LOOP(WITH_TYPE(predicate_##name)) { \
    uint8_t *out = result;                  \
    const T *xs = arguments[0];             \
    EACH {                                  \
      T x = xs[i];                          \
      out[i] = (uint8_t)(value);            \
    }                                       \
  })

#define SELECT(types, name, value)       \
  types(LOOP(WITH_TYPE(select_##name)) { \
    T *out = result;                     \
    const uint8_t *cs = arguments[0];    \
    const T *xs = arguments[1];          \
    const T *ys = arguments[2];          \
    EACH {                               \
      uint8_t c = cs[i];                 \
      T x = xs[i];                       \
      T y = ys[i];                       \
      out[i] = value;                    \
    }                                    \
  })

#define CAST(types, to, R, value)           \
  types(LOOP(PASTE(WITH_TYPE(cast), to)) {  \
    R *out = result;                        \
    const T *xs = arguments[0];             \
    EACH {                                  \
      T x = xs[i];                          \
      out[i] = value;                       \
    }                                       \
  })

#define PAIR(first, second, value) \
  FLOATING(TERNARY_ROW(WITH_TYPE(pair_##first##_##second), value))

#include "nullary.def"
#include "unary.def"
#include "binary.def"
#include "ternary.def"
#include "quaternary.def"
#include "predicate.def"
#include "compare.def"
#include "select.def"
#include "cast.def"
#include "../cpu/pair.def"
