/* What the host writes for one launch. All fields are 8 bytes, so that the Java side can write
 * both structures as words. */
#pragma once
#include <stdint.h>

typedef void row_function(int64_t n, void *result, const void *const *arguments);

/* Values live in numbered places: the inputs', then the scalars', then registers that values share
 * when their lives do not overlap. The value of an output has a register of its own. */
struct instruction {
  row_function *row;
  int64_t result;
  int64_t arguments[4];
};

struct store {
  int64_t place;
  int64_t bytes;   /* of one element */
  int64_t is_last; /* 1 when the last instruction yields it: nothing reads an input afterwards */
};

struct program {
  int64_t inputs;
  int64_t scalars;
  int64_t registers;
  int64_t instructions;
  int64_t outputs;
  int64_t tile;  /* elements, a multiple of 16 */
  int64_t width; /* bytes of the widest element */
  const int64_t *bytes; /* of an element of each input, then of each scalar */
  const struct instruction *code;
  const struct store *stores;
};

struct operand {
  char *base;
  const int64_t *strides; /* in elements, one per dimension */
};

struct launch {
  const struct program *program;
  int64_t rank;
  const int64_t *shape;
  const int64_t *scalars;           /* the low bytes are the value */
  const struct operand operands[]; /* inputs, then outputs */
};

/* The place of the linear index of a tile's first element is no operand: nullary rows name it. */
#define INDEX_PLACE (-1)
