/* exp, in operations that a compiler turns into vectors on every instruction set and that round the
 * same in all of them: x = k ln 2 + r, a polynomial in r, and a scale of 2^k. Bounds come last: of
 * a number that is bounded first, gcc computes the function of the bounds apart. */
#pragma once

/* Adding 1.5 * 2^52 (2^23) rounds to an integer, which then lies in the low bits; adding twice the
 * exponent's bias besides makes exponents of its halves. */
DEVICE_FN double exp_f64(double x) {
  const double rounder = 0x1.8p52 + 2 * 1023;
  double shifted = x * 1.4426950408889634 + rounder;
  double k = shifted - rounder;
  double r = x - k * 6.93147180369123816490e-01 - k * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = (p * r * r + r) + 1;
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  uint64_t half = bits >> 1;
  uint64_t first_bits = half << 52;
  uint64_t second_bits = (bits - half) << 52;
  double first; /* 2^k in two factors: one alone could overflow, or lose a denormal */
  double second;
  memcpy(&first, &first_bits, sizeof first);
  memcpy(&second, &second_bits, sizeof second);
  double y = x > 710 ? INFINITY : p * first * second; /* NaN stays */
  return x < -746 ? 0 : y;
}

DEVICE_FN float exp_f32(float x) {
  const float rounder = 0x1.8p23f + 2 * 127;
  float shifted = x * 1.44269504f + rounder;
  float k = shifted - rounder;
  float r = x - k * 0.693359375f + k * 2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = (p * r * r + r) + 1;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  uint32_t half = bits >> 1;
  uint32_t first_bits = half << 23;
  uint32_t second_bits = (bits - half) << 23;
  float first;
  float second;
  memcpy(&first, &first_bits, sizeof first);
  memcpy(&second, &second_bits, sizeof second);
  float y = x > 89 ? INFINITY : p * first * second;
  return x < -105 ? 0 : y;
}
