/* exp of float64, as exp_f32.h has it of float32. */
#pragma once

/* a b + c, rounded once where the processor has an instruction for it. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define MULTIPLY_ADD(a, b, c) \
  _Generic((a), float: __builtin_fmaf, default: __builtin_fma)((a), (b), (c))
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

#include "exp_f32.h"

/* Adding 1.5 * 2^52 (2^23) rounds to an integer, which then lies in the low bits; adding twice the
 * exponent's bias besides makes exponents of its halves. */
DEVICE_FN double exp_f64(double x) {
  const double rounder = 0x1.8p52 + 2 * 1023;
  double shifted = MULTIPLY_ADD(x, 1.4426950408889634, rounder);
  double k = shifted - rounder;
  double r = MULTIPLY_ADD(k, -6.93147180369123816490e-01, x);
  r = MULTIPLY_ADD(k, -1.90821492927058770002e-10, r);
  double p = 1.0 / 6227020800;
  p = MULTIPLY_ADD(p, r, 1.0 / 479001600);
  p = MULTIPLY_ADD(p, r, 1.0 / 39916800);
  p = MULTIPLY_ADD(p, r, 1.0 / 3628800);
  p = MULTIPLY_ADD(p, r, 1.0 / 362880);
  p = MULTIPLY_ADD(p, r, 1.0 / 40320);
  p = MULTIPLY_ADD(p, r, 1.0 / 5040);
  p = MULTIPLY_ADD(p, r, 1.0 / 720);
  p = MULTIPLY_ADD(p, r, 1.0 / 120);
  p = MULTIPLY_ADD(p, r, 1.0 / 24);
  p = MULTIPLY_ADD(p, r, 1.0 / 6);
  p = MULTIPLY_ADD(p, r, 0.5);
  p = MULTIPLY_ADD(p * r, r, r) + 1;
  uint64_t bits = BITS_OF_f64(shifted);
  uint64_t half = bits >> 1;
  double first = FROM_BITS_f64(half << 52); /* 2^k in two factors: one alone could overflow, or */
  double second = FROM_BITS_f64((bits - half) << 52); /* lose a denormal */
  double y = x > 710 ? INFINITY : p * first * second; /* NaN stays */
  return x < -746 ? 0 : y;
}

DEVICE_FN double sigmoid_f64(double x) { return 1 / (1 + exp_f64(-x)); }
