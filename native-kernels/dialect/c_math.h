/* Mathematical functions by one name for float and double, as the other dialects have them, and
 * their vector versions from glibc's libmvec where the build found it. */
#pragma once
#include <math.h>

/* glibc's functions, measured on 2.36 against long double for SSE2, AVX2 and AVX-512: at most 4 ulp
 * (pow 1), and right at NaN, infinities, zeros and their signs, denormals and large arguments. One
 * that is not may be left out of this list: it then runs in scalar loops. A special argument sends
 * its lane alone through the scalar function, so neighbours do not matter. exp is ours, since it is
 * in the most rows and softmax needs it in loops of any length, and so is tanh of float32. */
#if ADJOINT_LIBMVEC
#define VECTORS __attribute__((simd("notinbranch")))
#define VECTORISED(name)         \
  VECTORS double name(double x); \
  VECTORS float name##f(float x);
#define VECTORISED2(name)                  \
  VECTORS double name(double x, double y); \
  VECTORS float name##f(float x, float y);
VECTORISED(log)
VECTORISED(sin)
VECTORISED(cos)
VECTORISED2(pow)
VECTORISED(expm1)
VECTORISED(log1p)
VECTORISED(log2)
VECTORISED(tan)
VECTORISED(sinh)
VECTORISED(cosh)
VECTORS double tanh(double x);
VECTORISED(erf)
VECTORISED2(atan2)
#endif

#define BY_TYPE(x, name) _Generic((x), float: name##f, default: name)
#define exp(x) _Generic((x), float: exp_f32, default: exp_f64)(x)
#define log(x) BY_TYPE(x, log)(x)
#define sin(x) BY_TYPE(x, sin)(x)
#define cos(x) BY_TYPE(x, cos)(x)
#define expm1(x) BY_TYPE(x, expm1)(x)
#define log1p(x) BY_TYPE(x, log1p)(x)
#define log2(x) BY_TYPE(x, log2)(x)
#define tan(x) BY_TYPE(x, tan)(x)
#define sinh(x) BY_TYPE(x, sinh)(x)
#define cosh(x) BY_TYPE(x, cosh)(x)
#define tanh(x) _Generic((x), float: tanh_f32, default: tanh)(x)
#define erf(x) BY_TYPE(x, erf)(x)
#define sqrt(x) BY_TYPE(x, sqrt)(x)
#define fabs(x) BY_TYPE(x, fabs)(x)
#define floor(x) BY_TYPE(x, floor)(x)
#define ceil(x) BY_TYPE(x, ceil)(x)
#define rint(x) BY_TYPE(x, rint)(x)
#define trunc(x) BY_TYPE(x, trunc)(x)
#define pow(x, y) BY_TYPE(x, pow)(x, y)
#define atan2(x, y) BY_TYPE(x, atan2)(x, y)
#define fmod(x, y) BY_TYPE(x, fmod)(x, y)
#define copysign(x, y) BY_TYPE(x, copysign)(x, y)

/* a b + c, rounded once where the processor has an instruction for it. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define FUSES_MULTIPLY_ADD 1
#define MULTIPLY_ADD(a, b, c) \
  _Generic((a), float: __builtin_fmaf, default: __builtin_fma)((a), (b), (c))
#else
#define FUSES_MULTIPLY_ADD 0
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

#include "exp.h"
#include "normal.h"
#define sigmoid(x) _Generic((x), float: sigmoid_f32, default: sigmoid_f64)(x)
#define exp_or_0(x) _Generic((x), float: exp_or_0_f32, default: exp_or_0_f64)(x)
#define normal_cdf(x) _Generic((x), float: normal_cdf_f32, default: normal_cdf_f64)(x)
#define gelu_slope(x) _Generic((x), float: gelu_slope_f32, default: gelu_slope_f64)(x)
