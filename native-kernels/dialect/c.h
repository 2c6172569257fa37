/* The kernel words in C: the CPU is a device with one lane per group, and the caller's thread pool
 * hands out ranges of groups. */
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "c_math.h"

/* One copy of each loop per instruction set, chosen when the library is loaded. */
#if ADJOINT_CLONES && !defined(__SANITIZE_ADDRESS__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define EXPORT __attribute__((visibility("default")))
#define DEVICE_FN static inline __attribute__((always_inline, unused))
#define GLOBAL
#define LOCAL
#define LANE 0
#define LANES 1
#define BARRIER()
#define FOR_EACH_GROUP(g) for (int64_t g = first_group; g < last_group; g++)
/* One lane runs a whole group: groups are items of their own. */
#define FOR_EACH_ITEM(i) FOR_EACH_GROUP(i)
/* Iterations do not depend on one another, though operands may be the very same memory. */
#define INDEPENDENT _Pragma("omp simd")

#define LAUNCH_ARGS                                                        \
  const int64_t *sizes, const double *scalars, int64_t first_group, int64_t last_group
#define UNUSED_ARGS (void)sizes, (void)scalars, (void)first_group, (void)last_group
#define OPERANDS                                                           \
  void *const *operands, const int64_t *sizes, const double *scalars, int64_t first_group, \
      int64_t last_group

/* KERNEL2(name, type0, x0, type1, x1) { body }: an exported function of the one signature that the
 * host calls, and the body that it is written as. */
#define KERNEL_(name, parameters, arguments)                               \
  DEVICE_FN void WITH_TYPE(name##_body) parameters;                        \
  EXPORT CLONES void WITH_TYPE(name)(OPERANDS);                            \
  CLONES void WITH_TYPE(name)(OPERANDS) { WITH_TYPE(name##_body) arguments; } \
  DEVICE_FN void WITH_TYPE(name##_body) parameters
#define LAUNCH sizes, scalars, first_group, last_group
#define KERNEL1(name, t0, x0) KERNEL_(name, (t0 x0, LAUNCH_ARGS), (operands[0], LAUNCH))
#define KERNEL2(name, t0, x0, t1, x1)                                      \
  KERNEL_(name, (t0 x0, t1 x1, LAUNCH_ARGS), (operands[0], operands[1], LAUNCH))
#define KERNEL3(name, t0, x0, t1, x1, t2, x2)                              \
  KERNEL_(name, (t0 x0, t1 x1, t2 x2, LAUNCH_ARGS),                        \
          (operands[0], operands[1], operands[2], LAUNCH))
#define KERNEL4(name, t0, x0, t1, x1, t2, x2, t3, x3)                      \
  KERNEL_(name, (t0 x0, t1 x1, t2 x2, t3 x3, LAUNCH_ARGS),                 \
          (operands[0], operands[1], operands[2], operands[3], LAUNCH))
#define KERNEL5(name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4)              \
  KERNEL_(name, (t0 x0, t1 x1, t2 x2, t3 x3, t4 x4, LAUNCH_ARGS),          \
          (operands[0], operands[1], operands[2], operands[3], operands[4], LAUNCH))
