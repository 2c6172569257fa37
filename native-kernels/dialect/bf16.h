/* bfloat16, as 16 bits, to float32 and back: rounded to nearest, ties to even. */

DEVICE_FN float value_of_bf16(uint16_t half_bits) {
  return FROM_BITS_f32((uint32_t)half_bits << 16);
}

DEVICE_FN uint16_t bf16_of(float x) {
  uint32_t bits = BITS_OF_f32(x);
  uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
}
