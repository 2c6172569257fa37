/* float16, as 16 bits, to float32 and back: rounded to nearest, ties to even. For dialects without
 * instructions for it. There is no branch, so that loops become vectors, and no arithmetic on
 * denormal float32s, which some devices take for zeros. */

DEVICE_FN float value_of_f16(uint16_t half_bits) {
  uint32_t magnitude = (uint32_t)(half_bits & 0x7fff) << 13;
  uint32_t exponent = magnitude & 0x0f800000;
  uint32_t small = BITS_OF_f32(FROM_BITS_f32(magnitude + 0x38800000) - FROM_BITS_f32(0x38800000));
  uint32_t finite = exponent == 0 ? small : magnitude + 0x38000000;
  uint32_t bits = exponent == 0x0f800000 ? magnitude | 0x7f800000 : finite;
  return FROM_BITS_f32(bits | (uint32_t)(half_bits & 0x8000) << 16);
}

DEVICE_FN uint16_t f16_of(float x) {
  uint32_t bits = BITS_OF_f32(x);
  uint32_t magnitude = bits & 0x7fffffff;
  uint32_t odd = (magnitude >> 13) & 1;
  uint32_t normal = (magnitude - 0x38000000 + 0xfff + odd) >> 13;
  /* The sum's last bit is worth what a denormal float16's is, so it rounds. */
  uint32_t small = BITS_OF_f32(FROM_BITS_f32(magnitude) + 0.5f) - 0x3f000000;
  uint32_t finite = magnitude < 0x38800000 ? small : normal;
  uint32_t infinite = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
  uint32_t rounded = magnitude < 0x47800000 ? finite : infinite;
  return (uint16_t)(rounded | ((bits >> 16) & 0x8000));
}
