/* The kernel words in CUDA C, which is C++. NVRTC has no header but its own; nvcc brings C's. */
#pragma nv_diag_suppress 177, 186 /* a function that no kernel needs; an unsigned number below 0 */
#ifdef __CUDACC_RTC__
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
#define UINT8_MAX 255
#define INT32_MIN (-2147483647 - 1)
#define INT32_MAX 2147483647
#define INT64_MIN (-9223372036854775807LL - 1)
#define INT64_MAX 9223372036854775807LL
#else
#include <stdint.h>
#endif
#undef INFINITY
#define INFINITY __int_as_float(0x7f800000)

#define DEVICE_FN static __device__ __forceinline__
#define ENTRY extern "C" __global__ void __launch_bounds__(LAUNCH_BOUNDS)
#define LAUNCH_BOUNDS MOST_LANES
#define GLOBAL
#define LOCAL
#define SHARED __shared__
#define LANE ((int64_t)threadIdx.x)
#define LANES ((int64_t)blockDim.x)
#define MOST_LANES 256
#define GROUP ((int64_t)blockIdx.x)
#define GROUPS ((int64_t)gridDim.x)
#define BARRIER() __syncthreads()
#define TOGETHER 32
#define FROM_ABOVE(x, apart) __shfl_down_sync(0xffffffffu, x, (unsigned)(apart))
#define HIGH_HALF(a, b) __umul64hi(a, b)
#define BITS_OF_f32(x) __float_as_uint(x)
#define BITS_OF_f64(x) ((uint64_t)__double_as_longlong(x))
#define FROM_BITS_f32(bits) __uint_as_float((uint32_t)(bits))
#define FROM_BITS_f64(bits) __longlong_as_double(bits)
/* Four elements that are read or written at once. */
#define PACK_OF(type) struct pack_of_##type
#define PACK(type, bytes) struct __align__(bytes) pack_of_##type { type of[4]; }
PACK(float, 16);
PACK(int32_t, 16);
PACK(uint8_t, 4);
PACK(uint16_t, 8);
PACK(int64_t, 16);
PACK(double, 16);

#if defined(__NVCC__) || defined(__CUDACC_RTC__)
DEVICE_FN float value_of_f16(uint16_t half_bits) {
  float x;
  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(half_bits));
  return x;
}

DEVICE_FN uint16_t f16_of(float x) {
  uint16_t half_bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half_bits) : "f"(x));
  return half_bits;
}
#else /* a host that tests what a GPU would run */
#include "f16.h"
#endif

#define INDEPENDENT
#define REDUCES(operator, variable)
#define PRAGMA(text)

#include "bf16.h" /* the instruction for it is sm_80's */
#include "lanes.h"
