/* exp and what is made of it, in operations that a compiler turns into vectors on every instruction
 * set: x = k ln 2 + r, a polynomial in r, and a scale of 2^k. Adding 1.5 * 2^23 (2^52) rounds to an
 * integer, which then lies in the low bits; adding twice the exponent's bias besides makes exponents
 * of its halves. Bounds come last: of a number that is bounded first, gcc computes the function of
 * the bounds apart. */
#pragma once

/* One less than e^r, over r, for |r| <= ln 2 / 2: the polynomial of its degree with the least error. */
DEVICE_FN float growth(float r) {
  float p = 0x1.6c69f4p-10f;
  p = MULTIPLY_ADD(p, r, 0x1.120b28p-7f);
  p = MULTIPLY_ADD(p, r, 0x1.5555bap-5f);
  p = MULTIPLY_ADD(p, r, 0x1.5554dep-3f);
  p = MULTIPLY_ADD(p, r, 0.5f);
  return MULTIPLY_ADD(p, r, 1.0f);
}

/* What remains of x without k ln 2. */
DEVICE_FN float without(float x, float k) {
  float r = MULTIPLY_ADD(k, -0.693359375f, x);
  return MULTIPLY_ADD(k, 2.12194440e-4f, r);
}

DEVICE_FN float exp_f32(float x) {
  const float rounder = 0x1.8p23f + 2 * 127;
  float shifted = MULTIPLY_ADD(x, 1.44269504f, rounder);
  float r = without(x, shifted - rounder);
  float p = MULTIPLY_ADD(growth(r), r, 1.0f);
  uint32_t bits = BITS_OF_f32(shifted);
  uint32_t part = bits >> 1;
  float y = x > 89 ? INFINITY : p * FROM_BITS_f32(part << 23) * FROM_BITS_f32((bits - part) << 23);
  return x < -105 ? 0 : y;
}

/* exp, or 0 where that is below 2^-124: one factor is enough, since 2 e^r takes the largest power. */
DEVICE_FN float exp_or_0_f32(float x) {
  const float rounder = 0x1.8p23f + 126;
  float shifted = MULTIPLY_ADD(x, 1.44269504f, rounder);
  float r = without(x, shifted - rounder);
  float p = MULTIPLY_ADD(growth(r), 2 * r, 2.0f);
  float y = x > 89 ? INFINITY : p * FROM_BITS_f32(BITS_OF_f32(shifted) << 23);
  return x < -86 ? 0 : y;
}

/* With e^-x halved, whose scale then reaches to the largest x at which 1 / (1 + e^-x) is not 0. */
DEVICE_FN float sigmoid_f32(float x) {
  const float rounder = 0x1.8p23f + 126;
  float shifted = MULTIPLY_ADD(x, -1.44269504f, rounder);
  float r = without(-x, shifted - rounder);
  float p = MULTIPLY_ADD(growth(r), r, 1.0f);
  float y = 0.5f / MULTIPLY_ADD(p, FROM_BITS_f32(BITS_OF_f32(shifted) << 23), 0.5f);
  y = x < -89 ? 0 : y; /* NaN stays */
  return x > 86 ? 1 : y;
}

/* m / (m + 1) of m = (e^2a - 1) / 2, a = |x| = k ln 2 / 2 + r: m = 2^k p + (2^k - 1) / 2 has no large
 * terms that cancel, since k is 0 where p = (e^2r - 1) / 2 is all there is. The error of one constant
 * for ln 2 / 2 grows with k, as tanh's slope shrinks. The polynomial is growth's, in 2r. */
DEVICE_FN float tanh_f32(float x) {
  const float rounder = 0x1.8p23f + 127;
  float a = fabs(x);
  float shifted = MULTIPLY_ADD(a, 2.88539008f, rounder);
  float r = MULTIPLY_ADD(shifted - rounder, -0x1.62e43p-2f, a);
  float square = r * r;
  float low = MULTIPLY_ADD(r, 0x1.5554dep-1f, 1.0f);
  float high = MULTIPLY_ADD(r, 0x1.120b28p-3f, 0x1.5555bap-2f);
  high = MULTIPLY_ADD(square, 0x1.6c69f4p-5f, high);
  float p = MULTIPLY_ADD(square, MULTIPLY_ADD(square, high, low), r);
  float scale = FROM_BITS_f32(BITS_OF_f32(shifted) << 23);
  float m = MULTIPLY_ADD(p, scale, MULTIPLY_ADD(scale, 0.5f, -0.5f));
  float y = m / (m + 1);
  return copysign(a > 10 ? 1 : y, x); /* NaN stays */
}

#ifndef double /* which there is not on some devices */
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
  uint64_t part = bits >> 1;
  double first = FROM_BITS_f64(part << 52); /* 2^k in two factors: one alone could overflow, or */
  double second = FROM_BITS_f64((bits - part) << 52); /* lose a denormal */
  double y = x > 710 ? INFINITY : p * first * second; /* NaN stays */
  return x < -746 ? 0 : y;
}

DEVICE_FN double exp_or_0_f64(double x) { return exp_f64(x); }

DEVICE_FN double sigmoid_f64(double x) { return 1 / (1 + exp_f64(-x)); }
#endif
