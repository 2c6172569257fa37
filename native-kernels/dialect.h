/* Brings in the words that kernels are written in, as the dialect at hand spells them. */
#if defined(__OPENCL_C_VERSION__)
#include "dialect/opencl.h"
#elif defined(__CUDACC__)
#include "dialect/cuda.h"
#else
#include "dialect/c.h"
#endif

#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
/* A symbol of this element type: WITH_TYPE(unary_exp) is unary_exp_f32. The name is pasted before
 * it meets another macro, since some dialects define exp and its like as macros. */
#define WITH_TYPE(name) PASTE(name, SUFFIX)
