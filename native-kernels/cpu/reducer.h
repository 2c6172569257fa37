/* What a fold does with numbers of one type; one constant of this type per reducer and type,
 * fold_sum_f32 for instance. An accumulator may be wider than an element. */
#pragma once
#include <stdint.h>

/* So few accumulators stay in registers for as long as a tile lasts. */
enum { FEW_LANES = 32 };

struct reducer {
  int64_t bytes;             /* of an element */
  int64_t accumulator_bytes;
  void (*reset)(void *accumulators, int64_t n);
  /* Folds n values into as many accumulators as lanes says, value k into accumulator k % lanes.
   * The values that lie so many ahead are likely to be read next. */
  void (*accumulate)(void *accumulators, int64_t lanes, const void *values, int64_t n,
                     int64_t ahead);
  /* Folds n accumulators into n others. */
  void (*combine)(void *accumulators, const void *others, int64_t n);
  /* Folds values[segments][folded][inner] into accumulators[segments][inner]; ahead as above. */
  void (*fold_segments)(void *accumulators, const void *values, int64_t segments, int64_t folded,
                        int64_t inner, int64_t ahead);
  void (*store)(void *elements, const void *accumulators, int64_t n);
};
