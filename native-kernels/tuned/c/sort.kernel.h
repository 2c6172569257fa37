/* The sort of the CPU, where a line is one lane's. Values are turned into unsigned numbers of the
 * same order and sorted by one byte after another, lowest first; short lines are sorted by
 * insertion. Comes after the portable kernel, which gives rank_of and runs when memory is short. */
struct WITH_TYPE(ranked) {
  UNSIGNED rank;
  int64_t index;
};

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

/* One line, by way of memory for 2 n. */
DEVICE_FN void WITH_TYPE(sort_by_rank)(const T *x, T *values, int64_t *indices, int64_t n,
                                       int64_t inner, UNSIGNED flip,
                                       struct WITH_TYPE(ranked) *scratch) {
  for (int64_t j = 0; j < n; j++) {
    scratch[j].rank = WITH_TYPE(rank_of)(x[j * inner]) ^ flip;
    scratch[j].index = j;
  }
  const struct WITH_TYPE(ranked) *sorted = WITH_TYPE(sort_line)(scratch, n);
  for (int64_t j = 0; j < n; j++) {
    values[j * inner] = x[sorted[j].index * inner];
    indices[j * inner] = sorted[j].index;
  }
}

void *adjoint_allocate(int64_t bytes);
void adjoint_free(void *memory);

#undef LOCAL_BYTES
#define LOCAL_BYTES SORT_BYTES
KERNEL3(sort, const T *, x, T *, values, int64_t *, indices) {
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  UNSIGNED flip = sizes[3] ? (UNSIGNED)-1 : 0; /* descending: the order of ranks turns, ties stay */
  struct WITH_TYPE(ranked) *scratch = adjoint_allocate(2 * n * (int64_t)sizeof *scratch);
  if (!scratch) {
    WITH_TYPE(portable_sort_body)(x, values, indices, SAME_LAUNCH);
    return;
  }
  FOR_EACH_ITEM(g) {
    int64_t at = g / inner * n * inner + g % inner;
    WITH_TYPE(sort_by_rank)(x + at, values + at, indices + at, n, inner, flip, scratch);
  }
  adjoint_free(scratch);
}
#undef LOCAL_BYTES
#define LOCAL_BYTES 8

/* Puts an element among those held, which are in order: before the first that it precedes. */
DEVICE_FN void WITH_TYPE(insert)(T *values, int64_t *indices, int64_t held, int64_t inner, T x,
                                 int64_t place, UNSIGNED flip) {
  UNSIGNED rank = WITH_TYPE(rank_of)(x) ^ flip;
  int64_t j = held;
  for (; j > 0 && rank < (WITH_TYPE(rank_of)(values[(j - 1) * inner]) ^ flip); j--) {
    values[j * inner] = values[(j - 1) * inner];
    indices[j * inner] = indices[(j - 1) * inner];
  }
  values[j * inner] = x;
  indices[j * inner] = place;
}

/* Of elements after the first k, those that precede the last one held take its place; 16 are looked
 * at together, since few do. */
DEVICE_FN void WITH_TYPE(top_of_line)(const T *x, T *values, int64_t *indices, int64_t n,
                                      int64_t inner, int64_t k, UNSIGNED flip) {
  for (int64_t j = 0; j < k; j++) {
    WITH_TYPE(insert)(values, indices, j, inner, x[j * inner], j, flip);
  }
  for (int64_t first = k; first < n; first += 16) {
    int64_t end = first + 16 < n ? first + 16 : n;
    UNSIGNED last = WITH_TYPE(rank_of)(values[(k - 1) * inner]) ^ flip;
    int precede = 0;
    REDUCES(|, precede) for (int64_t j = first; j < end; j++) {
      precede |= (UNSIGNED)(WITH_TYPE(rank_of)(x[j * inner]) ^ flip) < last;
    }
    for (int64_t j = first; precede && j < end; j++) {
      if ((UNSIGNED)(WITH_TYPE(rank_of)(x[j * inner]) ^ flip) < last) {
        WITH_TYPE(insert)(values, indices, k - 1, inner, x[j * inner], j, flip);
        last = WITH_TYPE(rank_of)(values[(k - 1) * inner]) ^ flip;
      }
    }
  }
}

/* The first k of each line as if it were sorted, with where they came from. sizes {outer, n, inner,
 * descending, k}, k at least 1; a group is a line. The CPU's alone: others sort. */
KERNEL3(topk, const T *, x, T *, values, int64_t *, indices) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  int64_t k = sizes[4];
  UNSIGNED flip = sizes[3] ? (UNSIGNED)-1 : 0;
  FOR_EACH_ITEM(g) {
    int64_t from = g / inner * n * inner + g % inner;
    int64_t to = g / inner * k * inner + g % inner;
    if (inner == 1) { /* which gcc must know for vectors */
      WITH_TYPE(top_of_line)(x + from, values + to, indices + to, n, 1, k, flip);
    } else {
      WITH_TYPE(top_of_line)(x + from, values + to, indices + to, n, inner, k, flip);
    }
  }
}
