/* Stable sort along the middle of [outer][n][inner], with where each value came from.
 * sizes {outer, n, inner, descending}; groups = outer * inner: a group is a line, run by one lane.
 * NaN is greater than every number. Values are turned into unsigned numbers of the same order and
 * sorted by one byte after another, lowest first; short lines are sorted by insertion. */
struct WITH_TYPE(ranked) {
  UNSIGNED rank;
  int64_t index;
};

FLOATING(
DEVICE_FN UNSIGNED WITH_TYPE(rank_of)(T x) {
  T number = x == 0 ? 0 : x; /* -0 and 0 are equal */
  UNSIGNED bits;
  memcpy(&bits, &number, sizeof bits);
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

DEVICE_FN void WITH_TYPE(sort_by_insertion)(struct WITH_TYPE(ranked) *line, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    struct WITH_TYPE(ranked) moved = line[i];
    int64_t j = i;
    for (; j > 0 && moved.rank < line[j - 1].rank; j--) {
      line[j] = line[j - 1];
    }
    line[j] = moved;
  }
}

/* Moves the line into the other half of the scratch, ordered by one byte; counts[b] is how many
 * have byte b. Answers 0, and moves nothing, when they all have the same. */
DEVICE_FN int WITH_TYPE(sort_by_byte)(const struct WITH_TYPE(ranked) *from,
                                      struct WITH_TYPE(ranked) *to, int64_t n, int shift,
                                      int64_t counts[256]) {
  if (counts[(from[0].rank >> shift) & 255] == n) {
    return 0;
  }
  int64_t start = 0;
  for (int b = 0; b < 256; b++) {
    int64_t count = counts[b];
    counts[b] = start;
    start += count;
  }
  for (int64_t i = 0; i < n; i++) {
    to[counts[(from[i].rank >> shift) & 255]++] = from[i];
  }
  return 1;
}

/* Sorts the first n of 2 n, with the others to move to; answers where the result is. */
DEVICE_FN const struct WITH_TYPE(ranked) *WITH_TYPE(sort_line)(struct WITH_TYPE(ranked) *line,
                                                               int64_t n) {
  enum { SHORT = 48 };
  if (n <= SHORT) {
    WITH_TYPE(sort_by_insertion)(line, n);
    return line;
  }
  int64_t counts[sizeof(T)][256];
  memset(counts, 0, sizeof counts);
  for (int64_t i = 0; i < n; i++) {
    for (size_t byte = 0; byte < sizeof(T); byte++) {
      counts[byte][(line[i].rank >> (8 * byte)) & 255]++;
    }
  }
  struct WITH_TYPE(ranked) *other = line + n;
  for (size_t byte = 0; byte < sizeof(T); byte++) {
    if (WITH_TYPE(sort_by_byte)(line, other, n, (int)(8 * byte), counts[byte])) {
      struct WITH_TYPE(ranked) *sorted = other;
      other = line;
      line = sorted;
    }
  }
  return line;
}

KERNEL3(sort, GLOBAL const T *, x, GLOBAL T *, values, GLOBAL int64_t *, indices) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  UNSIGNED flip = sizes[3] ? (UNSIGNED)-1 : 0; /* descending: the order of ranks turns, ties stay */
  struct WITH_TYPE(ranked) *scratch = SCRATCH(2 * n * (int64_t)sizeof *scratch);
  FOR_EACH_ITEM(g) {
    int64_t at = g / inner * n * inner + g % inner;
    for (int64_t j = 0; j < n; j++) {
      scratch[j].rank = WITH_TYPE(rank_of)(x[at + j * inner]) ^ flip;
      scratch[j].index = j;
    }
    const struct WITH_TYPE(ranked) *sorted = WITH_TYPE(sort_line)(scratch, n);
    for (int64_t j = 0; j < n; j++) {
      values[at + j * inner] = x[at + sorted[j].index * inner];
      indices[at + j * inner] = sorted[j].index;
    }
  }
  RELEASE(scratch);
}
