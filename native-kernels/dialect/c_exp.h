/* exp, in operations that a compiler turns into vectors on every instruction set and that round the
 * same in all of them: x = k ln 2 + r, a polynomial in r, and a scale of 2^k. */
#pragma once

/* Adding 1.5 * 2^52 (2^23) rounds to an integer, which then lies in the low bits. */
DEVICE_FN double exp_f64(double x) {
  const double rounder = 0x1.8p52;
  double bounded = x > 710 ? 710 : x < -746 ? -746 : x; /* NaN stays */
  double shifted = bounded * 1.4426950408889634 + rounder;
  double k = shifted - rounder;
  double r = bounded - k * 6.93147180369123816490e-01 - k * 1.90821492927058770002e-10;
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
  int64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  int64_t exponent = (int64_t)((uint64_t)bits << 32) >> 32; /* of k, below 2^31 */
  int64_t half = exponent >> 1;
  int64_t first_bits = (half + 1023) << 52;
  int64_t second_bits = (exponent - half + 1023) << 52;
  double first; /* 2^k in two factors: one alone could overflow, or lose a denormal */
  double second;
  memcpy(&first, &first_bits, sizeof first);
  memcpy(&second, &second_bits, sizeof second);
  return p * first * second;
}

DEVICE_FN float exp_f32(float x) {
  const float rounder = 0x1.8p23f;
  float bounded = x > 89 ? 89 : x < -105 ? -105 : x;
  float shifted = bounded * 1.44269504f + rounder;
  float k = shifted - rounder;
  float r = bounded - k * 0.693359375f + k * 2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = (p * r * r + r) + 1;
  int32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  int32_t exponent = bits - 0x4B400000;
  int32_t half = exponent >> 1;
  int32_t first_bits = (int32_t)((uint32_t)(half + 127) << 23);
  int32_t second_bits = (int32_t)((uint32_t)(exponent - half + 127) << 23);
  float first;
  float second;
  memcpy(&first, &first_bits, sizeof first);
  memcpy(&second, &second_bits, sizeof second);
  return p * first * second;
}
