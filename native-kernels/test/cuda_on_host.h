/* CUDA C as C++ of the host, so that what a GPU would run can be tested without one. Groups run one
 * after another; the lanes of a group are fibers that take turns at barriers. Include it first, then
 * a kernel's source, then HOST_ENTRY(name) for each entry. */
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <tuple>

#define __CUDACC__ 1
#define __device__
#define __global__ __attribute__((used))
#define __shared__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __syncthreads() host_wait()

struct host_index {
  unsigned x;
};
static host_index threadIdx, blockIdx, blockDim, gridDim;

enum { HOST_LANES = 1024, HOST_STACK = 64 << 10 };
static ucontext_t host_caller, host_lane[HOST_LANES];
static bool host_done[HOST_LANES];
static char *host_stacks;

/* The lane goes on when all others have come as far. */
static void host_wait() {
  unsigned lane = threadIdx.x;
  swapcontext(&host_lane[lane], &host_caller);
  threadIdx.x = lane;
}

/* What each lane of the group shows the others. */
static uint64_t host_shown[HOST_LANES];

template <typename V>
static V __shfl_down_sync(unsigned, V value, unsigned apart) {
  static_assert(sizeof(V) <= sizeof host_shown[0], "one register pair");
  unsigned from = threadIdx.x + apart;
  bool within = threadIdx.x % 32 + apart < 32 && from < blockDim.x;
  memcpy(&host_shown[threadIdx.x], &value, sizeof value);
  host_wait();
  memcpy(&value, &host_shown[within ? from : threadIdx.x], sizeof value);
  host_wait();
  return value;
}

template <typename To, typename From>
static inline To host_bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "as many bits");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}
#define __int_as_float(x) host_bits<float>((int)(x))
#define __float_as_uint(x) host_bits<unsigned>((float)(x))
#define __uint_as_float(x) host_bits<float>((unsigned)(x))
#define __double_as_longlong(x) host_bits<long long>((double)(x))
#define __longlong_as_double(x) host_bits<double>((long long)(x))
#define __umul64hi(a, b) ((uint64_t)(((unsigned __int128)(a) * (b)) >> 64))

/* The arguments lie packed, as cuLaunchKernel takes them. */
template <typename A>
static A host_argument(const char *packed, size_t *at) {
  *at = (*at + alignof(A) - 1) / alignof(A) * alignof(A);
  A value;
  memcpy((void *)&value, packed + *at, sizeof value);
  *at += sizeof value;
  return value;
}

struct host_call {
  virtual void run() = 0;
};
static host_call *host_current;

template <typename... A>
struct host_call_of : host_call {
  void (*entry)(A...);
  const char *packed;
  void run() override {
    size_t at = 0;
    std::tuple<A...> arguments{host_argument<A>(packed, &at)...};
    std::apply(entry, arguments);
  }
};

static void host_fiber() {
  unsigned lane = threadIdx.x;
  host_current->run();
  host_done[lane] = true;
  swapcontext(&host_lane[lane], &host_caller);
}

static void host_start(unsigned lane) {
  host_done[lane] = false;
  getcontext(&host_lane[lane]);
  host_lane[lane].uc_stack.ss_sp = host_stacks + (size_t)lane * HOST_STACK;
  host_lane[lane].uc_stack.ss_size = HOST_STACK;
  host_lane[lane].uc_link = &host_caller;
  makecontext(&host_lane[lane], host_fiber, 0);
}

/* One group. All lanes come to a barrier, or all come to the end. */
static void host_group(unsigned lanes) {
  for (unsigned lane = 0; lane < lanes; lane++) {
    host_start(lane);
  }
  for (unsigned waiting = lanes; waiting > 0;) {
    waiting = 0;
    for (unsigned lane = 0; lane < lanes; lane++) {
      threadIdx.x = lane;
      swapcontext(&host_caller, &host_lane[lane]);
      waiting += !host_done[lane];
    }
    if (waiting > 0 && waiting < lanes) {
      fprintf(stderr, "cuda_on_host: some lanes are done while others wait\n");
      abort();
    }
  }
}

template <typename... A>
static void host_run(void (*entry)(A...), const char *packed, unsigned groups, unsigned lanes) {
  if (!host_stacks) {
    host_stacks = (char *)malloc((size_t)HOST_LANES * HOST_STACK);
  }
  host_call_of<A...> call;
  call.entry = entry;
  call.packed = packed;
  host_current = &call;
  gridDim.x = groups;
  blockDim.x = lanes;
  for (blockIdx.x = 0; blockIdx.x < groups; blockIdx.x++) {
    host_group(lanes);
  }
}

#define HOST_ENTRY(name)                                                                     \
  extern "C" void host_##name(const char *packed, unsigned groups, unsigned lanes) {         \
    host_run(name, packed, groups, lanes);                                                   \
  }
