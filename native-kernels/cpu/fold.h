/* What the host writes for one fold. All fields are 8 bytes. */
#pragma once
#include "launch.h"
#include "reducer.h"

struct fold {
  /* The program's last output is folded; the others are stored, over the whole space. Operands: the
   * inputs, then what is stored. */
  const struct launch *launch;
  const struct reducer *reducer;
  int64_t outer;
  int64_t folded;
  int64_t inner;
  int64_t outer_block; /* of one task */
  int64_t folded_block;
  int64_t inner_block;
  int64_t kept_rank; /* outer dimensions, then inner ones */
  const int64_t *kept_shape;
  struct operand output;
  char *partials; /* accumulators[blocks of folded][outer][inner]; null when there is one block */
};
