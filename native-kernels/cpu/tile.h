/* Evaluates a program on tiles: ranges of the iteration space so short that all values of a tile
 * stay in the first-level cache while one row after another runs over them. */
#pragma once
#include "launch.h"

enum { LANES_PER_STEP = 16, MAX_PLACES = 160, MAX_OPERANDS = 64 };

enum access { CONTIGUOUS, CONSTANT, STRIDED, STREAMED }; /* the last is contiguous, too */

struct tiles {
  const struct launch *launch;
  char *places[MAX_PLACES];  /* memory of each place; of an operand, where it is copied to */
  char *values[MAX_PLACES];  /* where this tile's values are: in place, or in the operand itself */
  uint8_t access[MAX_OPERANDS];
  int copies_inputs; /* an output stores an input that another output overwrites */
  uint8_t in_place[MAX_OPERANDS]; /* outputs that may be written before the tile's end */
  int64_t ahead; /* elements after a tile's own that are asked for; 0 in launches that caches hold */
  int64_t stored; /* how many of the program's outputs, the first ones, are stored */
  int large;   /* some output is larger than the caches */
  int streams; /* some output goes around the caches */
};

/* Bytes of memory that tiles_open needs for a range of n elements. */
int64_t tiles_memory(const struct program *program, int64_t n);
/* Decides which of the outputs that are stored rows write directly. Comes first; returns how many
 * elements make a tile. */
int64_t tiles_open_outputs(struct tiles *tiles, const struct launch *launch, int64_t stored);
/* Prepares for ranges of up to n elements; memory is aligned to 64 bytes. */
void tiles_open(struct tiles *tiles, const struct launch *launch, char *memory, int64_t n);
/* Runs the instructions for n elements, at most a tile, and stores outputs. Results are in values. */
void tiles_run(struct tiles *tiles, int64_t first, int64_t n);

/* Rounds up to whole steps of a row's loop. */
static inline int64_t padded(int64_t n) {
  return (n + LANES_PER_STEP - 1) & -(int64_t)LANES_PER_STEP;
}
