/* The kernel words in C: the CPU is a device with one lane per group, and the caller's thread pool
 * hands out ranges of groups. */
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define DEVICE_FN static inline __attribute__((always_inline, unused))
#define GLOBAL
#define LOCAL
#define FIRST_GROUP first_group
#define LAST_GROUP last_group
/* The high 64 bits of a product. */
#define HIGH_HALF(a, b) ((uint64_t)(((unsigned __int128)(a) * (b)) >> 64))
/* Iterations do not depend on one another, though operands may be the very same memory. */
#define INDEPENDENT _Pragma("omp simd")
/* Nor here, but for one variable that all fold into. */
#define REDUCES(operator, variable) PRAGMA(omp simd reduction(operator : variable))
#define PRAGMA(text) _Pragma(#text)

#include "one_lane.h"

/* A number's bits, as an unsigned number of its size. */
DEVICE_FN uint32_t BITS_OF_f32(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

DEVICE_FN uint64_t BITS_OF_f64(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

DEVICE_FN float FROM_BITS_f32(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

DEVICE_FN double FROM_BITS_f64(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

#include "bf16.h"
#include "c_math.h"
#include "f16.h"

#define LAUNCH_ARGS \
  const int64_t *sizes, LOCAL void *shared, int64_t first_group, int64_t last_group
#define LAUNCH sizes, shared, first_group, last_group
/* The launch, handed on to another function that takes LAUNCH_ARGS. */
#define SAME_LAUNCH LAUNCH
#define UNUSED_ARGS (void)sizes, (void)shared, (void)first_group, (void)last_group

/* KERNEL2(name, type0, x0, type1, x1) { body }: an exported function of the one signature that the
 * host calls, and the body that it is written as. Beside it lie the bytes of an element of each
 * operand, in which the host counts offsets; the last entry stands for all that follow. */
#define KERNEL_(name, bytes, parameters, arguments)                                            \
  DEVICE_FN void WITH_TYPE(name##_body) parameters;                                            \
  EXPORT extern const int64_t WITH_TYPE(name##_bytes)[];                                       \
  const int64_t WITH_TYPE(name##_bytes)[8] = {UNBRACE bytes};                                  \
  EXPORT void WITH_TYPE(name)(void *const *operands, const int64_t *sizes,                     \
                              int64_t first_group, int64_t last_group);                        \
  void WITH_TYPE(name)(void *const *operands, const int64_t *sizes, int64_t first_group,       \
                       int64_t last_group) {                                                   \
    char shared[LOCAL_BYTES] __attribute__((aligned(64)));                                      \
    WITH_TYPE(name##_body) arguments;                                                          \
  }                                                                                            \
  DEVICE_FN void WITH_TYPE(name##_body) parameters
#define UNBRACE(...) __VA_ARGS__
#define BYTES(type) sizeof(*(type)0)
#define KERNEL1(name, t0, x0) \
  KERNEL_(name, (BYTES(t0)), (t0 x0, LAUNCH_ARGS), (operands[0], LAUNCH))
#define KERNEL2(name, t0, x0, t1, x1)                                          \
  KERNEL_(name, (BYTES(t0), BYTES(t1)), (t0 x0, t1 x1, LAUNCH_ARGS),           \
          (operands[0], operands[1], LAUNCH))
#define KERNEL3(name, t0, x0, t1, x1, t2, x2)                                  \
  KERNEL_(name, (BYTES(t0), BYTES(t1), BYTES(t2)),                             \
          (t0 x0, t1 x1, t2 x2, LAUNCH_ARGS),                                  \
          (operands[0], operands[1], operands[2], LAUNCH))
#define KERNEL5(name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4)                  \
  KERNEL_(name, (BYTES(t0), BYTES(t1), BYTES(t2), BYTES(t3), BYTES(t4)),       \
          (t0 x0, t1 x1, t2 x2, t3 x3, t4 x4, LAUNCH_ARGS),                    \
          (operands[0], operands[1], operands[2], operands[3], operands[4], LAUNCH))
/* Operands of type T, as many as a size says. */
#define KERNEL_OF_MANY(name) \
  KERNEL_(name, (sizeof(T)), (GLOBAL T *const *operands, LAUNCH_ARGS),         \
          ((T *const *)operands, LAUNCH))
