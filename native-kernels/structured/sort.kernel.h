/* Stable sort along the middle of [outer][n][inner], with where each value came from.
 * sizes {outer, n, inner, descending}; groups = outer * inner: a group is a line.
 * NaN is greater than every number. A bitonic network, in the outputs themselves: every comparison
 * puts the lesser of two elements, by rank and then by index, first, so what would lie past the end
 * of a line never moves, and is skipped. Steps within a tile run in shared memory. */
#define SORT_TILE 1024
#define SORT_BYTES (SORT_TILE * (8 + sizeof(T)))

#undef LOCAL_BYTES
#define LOCAL_BYTES SORT_BYTES

/* An unsigned number of the same order. */
FLOATING(
DEVICE_FN UNSIGNED WITH_TYPE(rank_of)(T x) {
  UNSIGNED bits = WITH_TYPE(BITS_OF)(x == 0 ? 0 : x); /* -0 and 0 are equal */
  UNSIGNED sign = (UNSIGNED)1 << (8 * sizeof bits - 1);
  UNSIGNED rank = bits & sign ? ~bits : bits | sign;
  return IS_NAN(x) ? (UNSIGNED)-1 : rank;
}
)

INTEGRAL(
DEVICE_FN UNSIGNED WITH_TYPE(rank_of)(T x) { return (UNSIGNED)x - (UNSIGNED)LOWEST; }
)

BOOLEAN(
DEVICE_FN UNSIGNED WITH_TYPE(rank_of)(T x) { return x; }
)

HALF(
DEVICE_FN UNSIGNED WITH_TYPE(rank_of)(T x) {
  UNSIGNED bits = x & 0x7fff ? x : 0;
  UNSIGNED rank = (UNSIGNED)(bits & 0x8000 ? ~bits : bits | 0x8000);
  return IS_NAN(x) ? (UNSIGNED)-1 : rank;
}
)

/* Puts pairs of n elements in order; a block of twice as many is paired that far apart or,
 * when mirrored, from its ends inwards, which makes two sorted halves a bitonic whole. */
#define SORT_PAIRS                                                                              \
  for (int64_t pair = LANE; pair + (pair & -apart) < n; pair += LANES) {                        \
    int64_t low = pair + (pair & -apart);                                                       \
    int64_t high = mirrored ? low + 2 * (apart - (pair & (apart - 1))) - 1 : low + apart;       \
    if (high < n) {                                                                             \
      T a = values[low * inner];                                                                \
      T b = values[high * inner];                                                               \
      int64_t place_a = places[low * inner];                                                    \
      int64_t place_b = places[high * inner];                                                   \
      UNSIGNED rank_a = WITH_TYPE(rank_of)(a) ^ flip;                                           \
      UNSIGNED rank_b = WITH_TYPE(rank_of)(b) ^ flip;                                           \
      if ((rank_b < rank_a) | ((rank_b == rank_a) & (place_b < place_a))) {                     \
        values[low * inner] = b;                                                                \
        values[high * inner] = a;                                                               \
        places[low * inner] = place_b;                                                          \
        places[high * inner] = place_a;                                                         \
      }                                                                                         \
    }                                                                                           \
  }                                                                                             \
  BARRIER();

DEVICE_FN void WITH_TYPE(sort_step)(GLOBAL T *values, GLOBAL int64_t *places, int64_t inner,
                                    int64_t n, int64_t apart, int mirrored, UNSIGNED flip) {
  SORT_PAIRS
}

/* The same in shared memory; a pointer there is of another type. */
DEVICE_FN void WITH_TYPE(sort_tile_step)(LOCAL T *values, LOCAL int64_t *places, int64_t inner,
                                         int64_t n, int64_t apart, int mirrored, UNSIGNED flip) {
  SORT_PAIRS
}

/* Sorts some elements of x, at most a tile of them, into the outputs. */
DEVICE_FN void WITH_TYPE(sort_tile)(GLOBAL const T *x, GLOBAL T *values, GLOBAL int64_t *indices,
                                    int64_t inner, int64_t first, int64_t count, UNSIGNED flip,
                                    LOCAL int64_t *places) {
  LOCAL T *held = (LOCAL T *)(places + SORT_TILE);
  for (int64_t j = LANE; j < count; j += LANES) {
    held[j] = x[(first + j) * inner];
    places[j] = first + j;
  }
  BARRIER();
  for (int64_t apart = 1; apart < count; apart *= 2) {
    WITH_TYPE(sort_tile_step)(held, places, 1, count, apart, 1, flip);
    for (int64_t step = apart / 2; step > 0; step /= 2) {
      WITH_TYPE(sort_tile_step)(held, places, 1, count, step, 0, flip);
    }
  }
  for (int64_t j = LANE; j < count; j += LANES) {
    values[(first + j) * inner] = held[j];
    indices[(first + j) * inner] = places[j];
  }
  BARRIER();
}

/* The last steps of a merge, within a tile of the outputs. */
DEVICE_FN void WITH_TYPE(merge_tile)(GLOBAL T *values, GLOBAL int64_t *indices, int64_t inner,
                                     int64_t first, int64_t count, UNSIGNED flip,
                                     LOCAL int64_t *places) {
  LOCAL T *held = (LOCAL T *)(places + SORT_TILE);
  for (int64_t j = LANE; j < count; j += LANES) {
    held[j] = values[(first + j) * inner];
    places[j] = indices[(first + j) * inner];
  }
  BARRIER();
  for (int64_t step = SORT_TILE / 2; step > 0; step /= 2) {
    WITH_TYPE(sort_tile_step)(held, places, 1, count, step, 0, flip);
  }
  for (int64_t j = LANE; j < count; j += LANES) {
    values[(first + j) * inner] = held[j];
    indices[(first + j) * inner] = places[j];
  }
  BARRIER();
}

KERNEL3(sort, GLOBAL const T *, x, GLOBAL T *, values, GLOBAL int64_t *, indices) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  UNSIGNED flip = sizes[3] ? (UNSIGNED)-1 : 0; /* descending: the order of ranks turns, ties stay */
  LOCAL int64_t *places = (LOCAL int64_t *)shared;
  FOR_EACH_GROUP(g) {
    int64_t at = g / inner * n * inner + g % inner;
    for (int64_t t = 0; t < n; t += SORT_TILE) {
      int64_t count = n - t < SORT_TILE ? n - t : SORT_TILE;
      WITH_TYPE(sort_tile)(x + at, values + at, indices + at, inner, t, count, flip, places);
    }
    for (int64_t apart = SORT_TILE; apart < n; apart *= 2) {
      WITH_TYPE(sort_step)(values + at, indices + at, inner, n, apart, 1, flip);
      for (int64_t step = apart / 2; step >= SORT_TILE; step /= 2) {
        WITH_TYPE(sort_step)(values + at, indices + at, inner, n, step, 0, flip);
      }
      for (int64_t t = 0; t < n; t += SORT_TILE) {
        int64_t count = n - t < SORT_TILE ? n - t : SORT_TILE;
        WITH_TYPE(merge_tile)(values + at, indices + at, inner, t, count, flip, places);
      }
    }
  }
}

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
