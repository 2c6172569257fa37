/* Random numbers by Philox4x32-10: a group's words depend on seed and counter alone, so any device
 * and any number of threads makes the same stream. sizes {n, seed, offset, ...}.
 * Group g turns counter offset + g into four 32-bit words: 4 elements of float32, 2 of float64 or
 * int64. groups = counters used = ceil(n / 4) or ceil(n / 2); the next call starts that much later.
 * Normal numbers may differ between devices in the last place, as log, sin and cos do. */
#define PHILOX_ROUNDS 10
#define PHILOX_A 0xD2511F53u
#define PHILOX_C 0xCD9E8D57u
#define PHILOX_KEY_A(key, round) ((uint32_t)(key) + (uint32_t)(round) * 0x9E3779B9u)
#define PHILOX_KEY_C(key, round) ((uint32_t)((key) >> 32) + (uint32_t)(round) * 0xBB67AE85u)

DEVICE_FN uint32_t WITH_TYPE(philox_mix)(uint32_t factor, uint32_t word, uint32_t other,
                                         uint32_t key) {
  return (uint32_t)((uint64_t)factor * word >> 32) ^ other ^ key;
}

DEVICE_FN void WITH_TYPE(philox)(uint64_t counter, uint64_t key, uint32_t words[4]) {
  uint32_t a = (uint32_t)counter;
  uint32_t b = (uint32_t)(counter >> 32);
  uint32_t c = 0;
  uint32_t d = 0;
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    uint32_t next = WITH_TYPE(philox_mix)(PHILOX_C, c, b, PHILOX_KEY_A(key, round));
    b = PHILOX_C * c;
    c = WITH_TYPE(philox_mix)(PHILOX_A, a, d, PHILOX_KEY_C(key, round));
    d = PHILOX_A * a;
    a = next;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

FLOATING(
enum { WITH_TYPE(RANDOM_ELEMENTS) = 16 / sizeof(T) };

/* The words of an element: two, or the same one twice. */
#define LOW_WORD(element) (sizeof(T) / 4 * (element))
#define HIGH_WORD(element) (sizeof(T) / 4 * ((element) + 1) - 1)

/* Evenly in [0, 1): 24 bits of one word, or 53 of two. */
DEVICE_FN T WITH_TYPE(unit_of)(uint32_t low, uint32_t high) {
  if (sizeof(T) == 4) {
    return (T)(low >> 8) * (T)0x1p-24;
  }
  return (T)(((uint64_t)high << 32 | low) >> 11) * (T)0x1p-53;
}

DEVICE_FN T WITH_TYPE(unit)(const uint32_t words[4], int element) {
  return WITH_TYPE(unit_of)(words[LOW_WORD(element)], words[HIGH_WORD(element)]);
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
