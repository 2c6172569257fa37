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
#define is_short WITH_TYPE(is_short)
#define short_fmod WITH_TYPE(short_fmod)
FLOATING(
/* Whether fmod is one multiplication, of an integer that T has, and an addition that is rounded once:
 * the remainder is a number of T, so it is exact. A quotient that was rounded up gives one with the
 * wrong sign. */
DEVICE_FN int is_short(T x, T y) {
  return FUSES_MULTIPLY_ADD & (fabs(x / y) < (sizeof(T) == 4 ? (T)16777216 : (T)9007199254740992));
}

DEVICE_FN T short_fmod(T x, T y) {
  T q = trunc(x / y);
  T r = q == 0 ? x : MULTIPLY_ADD(-q, y, x); /* y may be infinite */
  T corrected = (r < 0) != (x < 0) ? r + copysign(y, x) : r;
  return copysign(r == 0 ? r : corrected, x);
}
)

/* By 16 elements, so that the condition is no branch of one. */
#define MOSTLY(types, name, value, where, cheaper)               \
  types(LOOP(WITH_TYPE(binary_##name)) {                         \
    T *out = result;                                             \
    const T *xs = arguments[0];                                  \
    const T *ys = arguments[1];                                  \
    for (int64_t first = 0; first < n; first += 16) {            \
      T results[16];                                             \
      int all = 1;                                               \
      REDUCES(&, all) for (int64_t i = 0; i < 16; i++) {         \
        T x = xs[first + i];                                     \
        T y = ys[first + i];                                     \
        all &= (where);                                          \
        results[i] = (cheaper);                                  \
      }                                                          \
      for (int64_t i = 0; !all && i < 16; i++) {                 \
        T x = xs[first + i];                                     \
        T y = ys[first + i];                                     \
        results[i] = (value);                                    \
      }                                                          \
      memcpy(out + first, results, sizeof results);              \
    }                                                            \
  })
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
