/* Expands the tables for one element type into functions of one element, unary_exp_f32(x): what
 * generated kernels are made of. */
#include "functions.h"

#define NULLARY(types, name, value) \
  types(DEVICE_FN T WITH_TYPE(nullary_##name)(T i) { return value; })
#define UNARY(types, name, value) \
  types(DEVICE_FN T WITH_TYPE(unary_##name)(T x) { return (T)(value); })
#define BINARY(types, name, value) \
  types(DEVICE_FN T WITH_TYPE(binary_##name)(T x, T y) { return (T)(value); })
/* As BINARY, which cannot be called from here: some compilers have a macro by a row's name. */
#define MOSTLY(types, name, value, where, cheaper) \
  types(DEVICE_FN T WITH_TYPE(binary_##name)(T x, T y) { return (T)(value); })
#define TERNARY(types, name, value) \
  types(DEVICE_FN T WITH_TYPE(ternary_##name)(T x, T y, T z) { return (T)(value); })
#define QUATERNARY(types, name, value) \
  types(DEVICE_FN T WITH_TYPE(quaternary_##name)(T x, T y, T z, T w) { return (T)(value); })
#define PREDICATE(types, name, value) \
  types(DEVICE_FN uint8_t WITH_TYPE(predicate_##name)(T x) { return (uint8_t)(value); })
#define COMPARE(types, name, value) \
  types(DEVICE_FN uint8_t WITH_TYPE(compare_##name)(T x, T y) { return (uint8_t)(value); })
#define SELECT(types, name, value) \
  types(DEVICE_FN T WITH_TYPE(select_##name)(uint8_t c, T x, T y) { return value; })
#define CAST(types, to, R, value) \
  types(DEVICE_FN R PASTE(WITH_TYPE(cast), to)(T x) { return value; })
#define REDUCER(types, name, A, neutral, value)                             \
  types(                                                                    \
  DEVICE_FN A WITH_TYPE(name##_of)(A a, A x) { return (A)(value); }         \
  DEVICE_FN A WITH_TYPE(name##_of_none)(void) { return neutral; }           \
  typedef A WITH_TYPE(name##_accumulator);)

#include "nullary.def"
#include "unary.def"
#include "binary.def"
#include "ternary.def"
#include "quaternary.def"
#include "predicate.def"
#include "compare.def"
#include "select.def"
#include "cast.def"
#include "reducer.def"
