/* Random numbers on the CPU: of many groups at a time, in vectors. Comes after the portable kernels,
 * which say how numbers follow from a group. */
#define IN_STEP 64 /* groups, always: none goes through a remainder loop, which might round differently */

FLOATING(
/* The words of groups that follow one another. */
DEVICE_FN void WITH_TYPE(philox_in_step)(uint32_t words[4][IN_STEP], uint64_t counter,
                                         uint64_t key) {
  INDEPENDENT for (int64_t i = 0; i < IN_STEP; i++) {
    words[0][i] = (uint32_t)(counter + (uint64_t)i);
    words[1][i] = (uint32_t)((counter + (uint64_t)i) >> 32);
    words[2][i] = 0;
    words[3][i] = 0;
  }
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    uint32_t key_a = PHILOX_KEY_A(key, round);
    uint32_t key_c = PHILOX_KEY_C(key, round);
    INDEPENDENT for (int64_t i = 0; i < IN_STEP; i++) {
      uint32_t a = words[0][i];
      uint32_t c = words[2][i];
      words[0][i] = WITH_TYPE(philox_mix)(PHILOX_C, c, words[1][i], key_a);
      words[1][i] = PHILOX_C * c;
      words[2][i] = WITH_TYPE(philox_mix)(PHILOX_A, a, words[3][i], key_c);
      words[3][i] = PHILOX_A * a;
    }
  }
}

/* An element of each group, evenly in [0, 1). */
DEVICE_FN void WITH_TYPE(units_in_step)(T *units, uint32_t words[4][IN_STEP], int element) {
  const uint32_t *low = words[LOW_WORD(element)];
  const uint32_t *high = words[HIGH_WORD(element)];
  INDEPENDENT for (int64_t i = 0; i < IN_STEP; i++) {
    units[i] = WITH_TYPE(unit_of)(low[i], high[i]);
  }
}

/* Two elements of each group made normal ones. Sine and cosine have loops of their own: of both at
 * once gcc makes one call for each element. */
DEVICE_FN void WITH_TYPE(box_muller)(T *even, T *odd) {
  INDEPENDENT for (int64_t i = 0; i < IN_STEP; i++) {
    even[i] = sqrt(-2 * log(1 - even[i]));
    odd[i] = (T)6.28318530717958647693 * odd[i];
  }
  T sines[IN_STEP];
  INDEPENDENT for (int64_t i = 0; i < IN_STEP; i++) {
    sines[i] = even[i] * sin(odd[i]);
  }
  INDEPENDENT for (int64_t i = 0; i < IN_STEP; i++) {
    even[i] = even[i] * cos(odd[i]);
    odd[i] = sines[i];
  }
}

DEVICE_FN void WITH_TYPE(random_in_step)(T *y, const int64_t *sizes, int64_t first_group,
                                         int64_t last_group, int normal) {
  const int64_t elements = WITH_TYPE(RANDOM_ELEMENTS);
  uint32_t words[4][IN_STEP];
  T columns[4][IN_STEP];
  T rows[4 * IN_STEP];
  int64_t end = last_group * elements < sizes[0] ? last_group * elements : sizes[0];
  for (int64_t g = first_group; g < last_group; g += IN_STEP) {
    WITH_TYPE(philox_in_step)(words, (uint64_t)(sizes[2] + g), (uint64_t)sizes[1]);
    for (int e = 0; e < elements; e++) {
      WITH_TYPE(units_in_step)(columns[e], words, e);
    }
    for (int e = 0; normal && e < elements; e += 2) {
      WITH_TYPE(box_muller)(columns[e], columns[e + 1]);
    }
    for (int64_t i = 0; i < IN_STEP; i++) {
      for (int e = 0; e < elements; e++) {
        rows[i * elements + e] = columns[e][i];
      }
    }
    int64_t left = end - g * elements;
    int64_t count = left < elements * IN_STEP ? left : elements * IN_STEP;
    memcpy(y + g * elements, rows, (size_t)count * sizeof(T));
  }
}

KERNEL1(random_uniform, T *, y) {
  UNUSED_ARGS;
  WITH_TYPE(random_in_step)(y, sizes, first_group, last_group, 0);
}

KERNEL1(random_normal, T *, y) {
  UNUSED_ARGS;
  WITH_TYPE(random_in_step)(y, sizes, first_group, last_group, 1);
}
)
#undef IN_STEP
