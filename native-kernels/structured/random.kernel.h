/* Random numbers by Philox4x32-10: a group's words depend on seed and counter alone, so any device
 * and any number of threads makes the same stream. sizes {n, seed, offset, ...}.
 * Group g turns counter offset + g into four 32-bit words: 4 elements of float32, 2 of float64 or
 * int64. groups = counters used = ceil(n / 4) or ceil(n / 2); the next call starts that much later.
 * Normal numbers may differ between devices in the last place, as log, sin and cos do. */
DEVICE_FN void WITH_TYPE(philox)(uint64_t counter, uint64_t key, uint32_t words[4]) {
  uint32_t a = (uint32_t)counter;
  uint32_t b = (uint32_t)(counter >> 32);
  uint32_t c = 0;
  uint32_t d = 0;
  uint32_t key_a = (uint32_t)key;
  uint32_t key_b = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t low = (uint64_t)0xD2511F53u * a;
    uint64_t high = (uint64_t)0xCD9E8D57u * c;
    a = (uint32_t)(high >> 32) ^ b ^ key_a;
    b = (uint32_t)high;
    c = (uint32_t)(low >> 32) ^ d ^ key_b;
    d = (uint32_t)low;
    key_a += 0x9E3779B9u;
    key_b += 0xBB67AE85u;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

FLOATING(
enum { WITH_TYPE(RANDOM_ELEMENTS) = 16 / sizeof(T) };

/* From as many words as T has, evenly in [0, 1): 24 bits of one, or 53 of two. */
DEVICE_FN T WITH_TYPE(unit)(const uint32_t words[4], int element) {
  if (sizeof(T) == 4) {
    return (T)(words[element] >> 8) * (T)0x1p-24;
  }
  uint64_t both = (uint64_t)words[2 * element + 1] << 32 | words[2 * element];
  return (T)(both >> 11) * (T)0x1p-53;
}

KERNEL1(random_uniform, GLOBAL T *, y) {
  UNUSED_ARGS;
  FOR_EACH_ITEM(g) {
    uint32_t words[4];
    WITH_TYPE(philox)((uint64_t)(sizes[2] + g), (uint64_t)sizes[1], words);
    int64_t first = g * WITH_TYPE(RANDOM_ELEMENTS);
    for (int e = 0; e < WITH_TYPE(RANDOM_ELEMENTS) && first + e < sizes[0]; e++) {
      y[first + e] = WITH_TYPE(unit)(words, e);
    }
  }
}

/* Box and Muller: a pair of even numbers makes a pair of normal ones. */
KERNEL1(random_normal, GLOBAL T *, y) {
  UNUSED_ARGS;
  FOR_EACH_ITEM(g) {
    uint32_t words[4];
    WITH_TYPE(philox)((uint64_t)(sizes[2] + g), (uint64_t)sizes[1], words);
    int64_t first = g * WITH_TYPE(RANDOM_ELEMENTS);
    for (int e = 0; e < WITH_TYPE(RANDOM_ELEMENTS); e += 2) {
      T radius = sqrt(-2 * log(1 - WITH_TYPE(unit)(words, e)));
      T angle = (T)6.28318530717958647693 * WITH_TYPE(unit)(words, e + 1);
      T pair[2] = {radius * cos(angle), radius * sin(angle)};
      for (int k = 0; k < 2 && first + e + k < sizes[0]; k++) {
        y[first + e + k] = pair[k];
      }
    }
  }
}
)

INT64(
/* Evenly in [low, high): the high half of a 64-bit number times the range, whose bias is below
 * range / 2^64. sizes {n, seed, offset, low, high}. */
KERNEL1(random_int, GLOBAL int64_t *, y) {
  UNUSED_ARGS;
  uint64_t range = (uint64_t)sizes[4] - (uint64_t)sizes[3];
  FOR_EACH_ITEM(g) {
    uint32_t words[4];
    WITH_TYPE(philox)((uint64_t)(sizes[2] + g), (uint64_t)sizes[1], words);
    for (int e = 0; e < 2 && 2 * g + e < sizes[0]; e++) {
      uint64_t both = (uint64_t)words[2 * e + 1] << 32 | words[2 * e];
      y[2 * g + e] = (int64_t)((uint64_t)sizes[3] + HIGH_HALF(both, range));
    }
  }
}
)
