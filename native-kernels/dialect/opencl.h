/* The kernel words in OpenCL C. */
#pragma OPENCL FP_CONTRACT OFF
#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#else
#define double float /* sums run in the widest type there is; no kernel of float64 is asked for */
#endif
typedef uchar uint8_t;
typedef ushort uint16_t;
typedef int int32_t;
typedef uint uint32_t;
typedef long int64_t;
typedef ulong uint64_t;
#define UINT8_MAX UCHAR_MAX
#define INT32_MIN INT_MIN
#define INT32_MAX INT_MAX
#define INT64_MIN LONG_MIN
#define INT64_MAX LONG_MAX

/* Always: PoCL's own inliner fails on functions of some depth. */
#define DEVICE_FN static inline __attribute__((always_inline))
#define ENTRY __kernel void
#define GLOBAL __global
#define LOCAL __local
#define SHARED __local
#define GROUP ((int64_t)get_group_id(0))
#define GROUPS ((int64_t)get_num_groups(0))
#ifndef ONE_LANE
#define LANE ((int64_t)get_local_id(0))
#define LANES ((int64_t)get_local_size(0))
#define MOST_LANES 256
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#define TOGETHER 1
#define FROM_ABOVE(x, apart) (x)
#endif
#define HIGH_HALF(a, b) mul_hi((ulong)(a), (ulong)(b))
#define BITS_OF_f32(x) as_uint(x)
#define BITS_OF_f64(x) as_ulong(x)
#define FROM_BITS_f32(bits) as_float((uint)(bits))
#define FROM_BITS_f64(bits) as_double(bits)
/* Four elements that are read or written at once. */
#define PACK_OF(type) struct pack_of_##type
#define PACK(type, bytes) PACK_OF(type) { type of[4]; } __attribute__((aligned(bytes)))
PACK(float, 16);
PACK(int32_t, 16);
PACK(uint8_t, 4);
PACK(uint16_t, 8);
PACK(int64_t, 16);
#ifndef double
PACK(double, 16);
#endif

#ifdef ON_CPU /* whose driver calls a library of scalar functions or slow vectors of them */
#if defined(FP_FAST_FMAF) || defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define MULTIPLY_ADD(a, b, c) fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif
#include "exp.h"
#include "normal.h"
#undef exp
#define exp(x) WITH_TYPE(exp)(x)
#define exp_or_0(x) WITH_TYPE(exp_or_0)(x)
#define normal_cdf(x) WITH_TYPE(normal_cdf)(x)
#define gelu_slope(x) WITH_TYPE(gelu_slope)(x)
#else
DEVICE_FN float sigmoid_f32(float x) { return 1 / (1 + exp(-x)); }
/* A driver's tanh may stop short of 1, and 1 - tanh(x)^2 is a derivative. */
DEVICE_FN float tanh_f32(float x) { return fabs(x) > 9.02f ? copysign(1.0f, x) : tanh(x); }
#ifndef double
DEVICE_FN double sigmoid_f64(double x) { return 1 / (1 + exp(-x)); }
#endif
#endif
#ifndef double
DEVICE_FN double tanh_f64(double x) { return fabs(x) > 19.07 ? copysign(1.0, x) : tanh(x); }
#endif
#undef tanh
#define tanh(x) WITH_TYPE(tanh)(x)
#define sigmoid(x) WITH_TYPE(sigmoid)(x)

/* On a loop of one lane over what lies side by side, as on a CPU: worth vectors. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* drivers build twice; at first calls are in it */
#ifdef __AVX512F__ /* of whose registers LLVM fills halves unless it is told */
#define IN_VECTORS _Pragma("clang loop vectorize(assume_safety) vectorize_width(16)")
#else
#define IN_VECTORS _Pragma("clang loop vectorize(assume_safety)")
#endif
#else
#define IN_VECTORS
#endif
#ifdef ONE_LANE
#define INDEPENDENT IN_VECTORS
#define REDUCES(operator, variable) IN_VECTORS
#else
#define INDEPENDENT
#define REDUCES(operator, variable)
#endif
#define PRAGMA(text)

#include "bf16.h"
#include "f16.h"
#include "lanes.h"
