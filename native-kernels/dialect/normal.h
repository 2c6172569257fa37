/* The normal distribution, for gelu: quotients of polynomials in place of erf and exp. Their error is
 * below 2^-27 of 1; with what rounding adds, the results' is at most 2.5 units in the last place of 1. */
#pragma once

/* The chance that a normal number is below x. */
DEVICE_FN float normal_cdf_f32(float x) {
  float u = x * x;
  float p = 0x1.84fd9ap-26f;
  p = MULTIPLY_ADD(p, u, 0x1.aa4c46p-18f);
  p = MULTIPLY_ADD(p, u, 0x1.63d854p-13f);
  p = MULTIPLY_ADD(p, u, 0x1.32dc8ap-8f);
  p = MULTIPLY_ADD(p, u, 0x1.160dep-5f);
  p = MULTIPLY_ADD(p, u, 0x1.98845p-2f);
  float q = 0x1.409e8cp-20f;
  q = MULTIPLY_ADD(q, u, 0x1.35ed54p-14f);
  q = MULTIPLY_ADD(q, u, 0x1.ef4404p-10f);
  q = MULTIPLY_ADD(q, u, 0x1.d627fp-6f);
  q = MULTIPLY_ADD(q, u, 0x1.01c9c6p-2f);
  q = MULTIPLY_ADD(q, u, 1.0f);
  float y = 0.5f + x * p / q;
  y = x > 5.5f ? 1 : y; /* NaN stays */
  return x < -5.5f ? 0 : y;
}

/* The slope of x normal_cdf(x); NaN at infinities, as infinity times a density of 0 is. */
DEVICE_FN float gelu_slope_f32(float x) {
  float u = x * x;
  float p = 0x1.3214p-26f;
  p = MULTIPLY_ADD(p, u, 0x1.11771p-20f);
  p = MULTIPLY_ADD(p, u, 0x1.1e3b18p-15f);
  p = MULTIPLY_ADD(p, u, 0x1.f435cap-13f);
  p = MULTIPLY_ADD(p, u, 0x1.c393ep-7f);
  p = MULTIPLY_ADD(p, u, -0x1.4e1c8ap-6f);
  p = MULTIPLY_ADD(p, u, 0x1.988452p-1f);
  float q = 0x1.7081cep-30f;
  q = MULTIPLY_ADD(q, u, 0x1.88dedp-22f);
  q = MULTIPLY_ADD(q, u, 0x1.69bd82p-17f);
  q = MULTIPLY_ADD(q, u, 0x1.0abb12p-12f);
  q = MULTIPLY_ADD(q, u, 0x1.0afaf6p-8f);
  q = MULTIPLY_ADD(q, u, 0x1.6f886ep-5f);
  q = MULTIPLY_ADD(q, u, 0x1.3b2944p-2f);
  q = MULTIPLY_ADD(q, u, 1.0f);
  float y = 0.5f + x * p / q;
  float far = 0 * x;
  y = x > 6.1f ? 1 + far : y;
  return x < -6.1f ? far : y;
}

#ifndef double
DEVICE_FN double normal_cdf_f64(double x) { return 0.5 * (1 + erf(x * 0.70710678118654752440)); }

DEVICE_FN double gelu_slope_f64(double x) {
  return normal_cdf_f64(x) + x * (0.39894228040143267794 * exp_f64(-0.5 * x * x));
}
#endif
