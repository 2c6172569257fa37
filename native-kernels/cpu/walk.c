#include "walk.h"

#include <stdlib.h>
#include <string.h>

#include "stream.h"

/* Where a walk is: the index in each dimension, and the element offset it amounts to. */
struct cursor {
  int64_t index[MAX_RANK];
  int64_t offset;
};

static void locate(struct cursor *c, const int64_t *strides, int64_t rank, const int64_t *shape,
                   int64_t linear) {
  c->offset = 0;
  for (int64_t d = rank - 1; d > 0; d--) {
    int64_t quotient = linear / shape[d];
    c->index[d] = linear - quotient * shape[d];
    c->offset += c->index[d] * strides[d];
    linear = quotient;
  }
  c->index[0] = linear;
  c->offset += linear * strides[0];
}

/* From within the last dimension to the start of its next row. */
static void next_row(struct cursor *c, const int64_t *strides, int64_t rank, const int64_t *shape) {
  int64_t d = rank - 1;
  c->offset -= c->index[d] * strides[d];
  c->index[d] = 0;
  while (--d >= 0) {
    c->offset += strides[d];
    if (++c->index[d] < shape[d]) {
      return;
    }
    c->offset -= shape[d] * strides[d];
    c->index[d] = 0;
  }
}

/* Backwards, and every second, by vectors, for which gcc must know the stride. */
#define MOVES(W)                                                                    \
  static inline void pick_##W(W *to, const W *from, int64_t stride, int64_t n) {    \
    for (int64_t i = 0; i < n; i++) {                                               \
      to[i] = from[i * stride];                                                     \
    }                                                                               \
  }                                                                                 \
  static void gather_run_##W(W *to, const W *from, int64_t stride, int64_t n) {     \
    switch (stride) {                                                               \
      case -1: pick_##W(to, from, -1, n); return;                                   \
      case 2: pick_##W(to, from, 2, n); return;                                     \
      default: pick_##W(to, from, stride, n);                                       \
    }                                                                               \
  }                                                                                 \
  static void scatter_run_##W(W *to, const W *from, int64_t stride, int64_t n) {    \
    for (int64_t i = 0; i < n; i++) {                                               \
      to[i * stride] = from[i];                                                     \
    }                                                                               \
  }                                                                                 \
  /* packed[i][j] = from[i * near + j * far], reading along i, where memory is near. */        \
  static void turn_##W(W *packed, const W *from, int64_t rows, int64_t columns, int64_t near, \
                       int64_t far) {                                                         \
    for (int64_t j = 0; j < columns; j++) {                                                   \
      for (int64_t i = 0; i < rows; i++) {                                                    \
        packed[i * columns + j] = from[i * near + j * far];                                   \
      }                                                                                       \
    }                                                                                         \
  }                                                                                           \
  static void fill_run_##W(W *to, W value, int64_t n) {                             \
    for (int64_t i = 0; i < n; i++) {                                               \
      to[i] = value;                                                                \
    }                                                                               \
  }
MOVES(uint8_t)
MOVES(uint16_t)
MOVES(uint32_t)
MOVES(uint64_t)

void fill(char *packed, const void *value, int64_t bytes, int64_t n) {
  switch (bytes) {
    case 1: fill_run_uint8_t((uint8_t *)packed, *(const uint8_t *)value, n); return;
    case 2: fill_run_uint16_t((uint16_t *)packed, *(const uint16_t *)value, n); return;
    case 4: fill_run_uint32_t((uint32_t *)packed, *(const uint32_t *)value, n); return;
    default: fill_run_uint64_t((uint64_t *)packed, *(const uint64_t *)value, n); return;
  }
}

static void gather_run(char *to, const char *from, int64_t bytes, int64_t stride, int64_t n) {
  if (stride == 1) {
    memcpy(to, from, (size_t)(n * bytes));
  } else if (stride == 0) {
    fill(to, from, bytes, n);
  } else if (bytes == 4) {
    gather_run_uint32_t((uint32_t *)to, (const uint32_t *)from, stride, n);
  } else if (bytes == 8) {
    gather_run_uint64_t((uint64_t *)to, (const uint64_t *)from, stride, n);
  } else if (bytes == 2) {
    gather_run_uint16_t((uint16_t *)to, (const uint16_t *)from, stride, n);
  } else {
    gather_run_uint8_t((uint8_t *)to, (const uint8_t *)from, stride, n);
  }
}

static void scatter_run(char *to, const char *from, int64_t bytes, int64_t stride, int64_t n) {
  if (stride == 1) {
    memmove(to, from, (size_t)(n * bytes));
  } else if (bytes == 4) {
    scatter_run_uint32_t((uint32_t *)to, (const uint32_t *)from, stride, n);
  } else if (bytes == 8) {
    scatter_run_uint64_t((uint64_t *)to, (const uint64_t *)from, stride, n);
  } else if (bytes == 2) {
    scatter_run_uint16_t((uint16_t *)to, (const uint16_t *)from, stride, n);
  } else {
    scatter_run_uint8_t((uint8_t *)to, (const uint8_t *)from, stride, n);
  }
}

typedef void move(char *packed, char *strided, int64_t bytes, int64_t stride, int64_t n);

static void move_in(char *packed, char *strided, int64_t bytes, int64_t stride, int64_t n) {
  gather_run(packed, strided, bytes, stride, n);
}

static void move_out(char *packed, char *strided, int64_t bytes, int64_t stride, int64_t n) {
  scatter_run(strided, packed, bytes, stride, n);
}

static void stream_out(char *packed, char *strided, int64_t bytes, int64_t stride, int64_t n) {
  if (stride == 1) {
    stream(strided, packed, n * bytes);
  } else {
    scatter_run(strided, packed, bytes, stride, n);
  }
}

static inline void walk(move *run, char *packed, const struct operand *operand, int64_t bytes,
                        int64_t rank, const int64_t *shape, int64_t first, int64_t n) {
  struct cursor c;
  int64_t last = rank - 1;
  locate(&c, operand->strides, rank, shape, first);
  for (;;) {
    int64_t row = shape[last] - c.index[last];
    int64_t m = row < n ? row : n;
    run(packed, operand->base + c.offset * bytes, bytes, operand->strides[last], m);
    packed += m * bytes;
    n -= m;
    if (n == 0) {
      return;
    }
    next_row(&c, operand->strides, rank, shape);
  }
}

static void turn(char *packed, const char *from, int64_t bytes, const int64_t *shape,
                 const int64_t *strides) {
  if (bytes == 4) {
    turn_uint32_t((uint32_t *)packed, (const uint32_t *)from, shape[0], shape[1], strides[0],
                  strides[1]);
  } else if (bytes == 8) {
    turn_uint64_t((uint64_t *)packed, (const uint64_t *)from, shape[0], shape[1], strides[0],
                  strides[1]);
  } else if (bytes == 2) {
    turn_uint16_t((uint16_t *)packed, (const uint16_t *)from, shape[0], shape[1], strides[0],
                  strides[1]);
  } else {
    turn_uint8_t((uint8_t *)packed, (const uint8_t *)from, shape[0], shape[1], strides[0],
                 strides[1]);
  }
}

/* Whether the range is whole blocks of the last two dimensions, the first of which is nearer. */
static int turns(const struct operand *from, int64_t rank, const int64_t *shape, int64_t first,
                 int64_t n) {
  if (rank < 2 || llabs(from->strides[rank - 2]) >= llabs(from->strides[rank - 1])) {
    return 0;
  }
  int64_t block = shape[rank - 2] * shape[rank - 1];
  return block <= n && first % block == 0 && n % block == 0;
}

/* The next block, which begins in other rows of memory, where no processor looks ahead. */
static void ask_for_columns(const char *from, int64_t bytes, const int64_t *shape,
                            const int64_t *strides) {
  enum { LINE = 64 };
  for (int64_t j = 0; j < shape[1] && strides[0] * bytes <= LINE; j++) {
    prefetch(from + j * strides[1] * bytes, shape[0] * strides[0] * bytes);
  }
}

void gather(char *packed, const struct operand *from, int64_t bytes, int64_t rank,
            const int64_t *shape, int64_t first, int64_t n) {
  if (turns(from, rank, shape, first, n)) {
    int64_t block = shape[rank - 2] * shape[rank - 1];
    for (int64_t k = 0; k < n; k += block) {
      struct cursor c;
      locate(&c, from->strides, rank, shape, first + k + block);
      ask_for_columns(from->base + c.offset * bytes, bytes, shape + rank - 2,
                      from->strides + rank - 2);
      locate(&c, from->strides, rank, shape, first + k);
      turn(packed + k * bytes, from->base + c.offset * bytes, bytes, shape + rank - 2,
           from->strides + rank - 2);
    }
    return;
  }
  walk(move_in, packed, from, bytes, rank, shape, first, n);
}

void scatter(const char *packed, const struct operand *to, int64_t bytes, int64_t rank,
             const int64_t *shape, int64_t first, int64_t n, int streams) {
  if (streams) {
    walk(stream_out, (char *)packed, to, bytes, rank, shape, first, n);
  } else {
    walk(move_out, (char *)packed, to, bytes, rank, shape, first, n);
  }
}

int is_run(const struct operand *operand, int64_t bytes, int64_t rank, const int64_t *shape,
           int64_t first, int64_t n, char **start) {
  if (operand->strides[rank - 1] != 1) {
    return 0;
  }
  struct cursor c;
  locate(&c, operand->strides, rank, shape, first);
  *start = operand->base + c.offset * bytes;
  return c.index[rank - 1] + n <= shape[rank - 1];
}

int is_contiguous(const struct operand *operand, int64_t rank, const int64_t *shape) {
  int64_t expected = 1;
  for (int64_t d = rank - 1; d >= 0; d--) {
    if (operand->strides[d] != expected && shape[d] != 1) {
      return 0;
    }
    expected *= shape[d];
  }
  return 1;
}

int is_constant(const struct operand *operand, int64_t rank, const int64_t *shape) {
  for (int64_t d = 0; d < rank; d++) {
    if (operand->strides[d] != 0 && shape[d] != 1) {
      return 0;
    }
  }
  return 1;
}
