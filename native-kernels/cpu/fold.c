/* Runs Launch.Fold. The host has put the space in the order [outer][folded][inner], each a group of
 * dimensions, such that the largest input is walked as it lies in memory, and has cut it into tasks
 * by shape alone. Accumulators stand side by side, one per column of inner or several, and partial
 * results meet in a fixed tree, so results do not depend on who ran what. */
#include "fold.h"

#include <string.h>

#include "stream.h"
#include "tile.h"
#include "walk.h"

#define EXPORT __attribute__((visibility("default")))

/* A value waits in level k until FAN of its kind are there, then they move up as one: the error of
 * a sum grows with the number of levels, not with the number of values. A full fold's values are GRAIN
 * elements, in however many tiles, so that no bit of it depends on what else a program computes. */
enum { LEVELS = 4, FAN = 32, WIDE = 256, GRAIN = 1024 };

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

struct cascade {
  const struct reducer *reducer;
  char *levels[LEVELS];
  int64_t lanes;
  int64_t parts; /* that make a value of the lowest level */
  int64_t added; /* parts */
  int in_use; /* levels that hold something */
};

static void cascade_open(struct cascade *c, int64_t lanes, int64_t parts) {
  c->lanes = lanes;
  c->parts = parts;
  c->added = 0;
  c->in_use = 1;
  c->reducer->reset(c->levels[0], lanes);
}

/* Of the n values each part but the last has as many, whole rows of lanes; parts that are added at
 * once end together with a level's. */
static void cascade_add(struct cascade *c, const void *values, int64_t n, int64_t parts,
                        int64_t ahead) {
  const struct reducer *r = c->reducer;
  r->accumulate(c->levels[0], c->lanes, values, n, ahead);
  c->added += parts;
  if (c->added % c->parts != 0) {
    return;
  }
  int64_t count = c->added / c->parts;
  for (int k = 0; k + 1 < LEVELS && count % FAN == 0; k++, count /= FAN) {
    if (c->in_use == k + 1) {
      c->in_use++;
      memcpy(c->levels[k + 1], c->levels[k], (size_t)(c->lanes * r->accumulator_bytes));
    } else {
      r->combine(c->levels[k + 1], c->levels[k], c->lanes);
    }
    r->reset(c->levels[k], c->lanes);
  }
}

/* Folds levels, then lanes that belong to the same column; the result is in level 0. */
static void cascade_close(struct cascade *c, int64_t columns) {
  for (int k = 1; k < c->in_use; k++) {
    c->reducer->combine(c->levels[0], c->levels[k], c->lanes);
  }
  int64_t row = columns * c->reducer->accumulator_bytes;
  for (int64_t rows = c->lanes / columns; rows > 1;) {
    int64_t half = rows / 2;
    rows -= half;
    c->reducer->combine(c->levels[0], c->levels[0] + rows * row, half * columns);
  }
}

/* One thread's state. */
struct folding {
  const struct fold *fold;
  struct tiles tiles;
  struct cascade cascade;
  int64_t tile;
  const char *memory; /* where all values lie one after the other, if nothing is computed */
};

/* Hands n accumulators of adjacent results on: to the output, or to wait for the other blocks. */
static void emit(const struct fold *f, int64_t block, int64_t first, int64_t n,
                 const char *accumulators) {
  const struct reducer *r = f->reducer;
  if (f->partials) {
    int64_t at = block * f->outer * f->inner + first;
    memcpy(f->partials + at * r->accumulator_bytes, accumulators,
           (size_t)(n * r->accumulator_bytes));
    return;
  }
  char elements[n * r->bytes] __attribute__((aligned(8)));
  r->store(elements, accumulators, n);
  scatter(elements, &f->output, r->bytes, f->kept_rank, f->kept_shape, first, n, 0);
}

static int64_t folded_place(const struct program *p) { return p->stores[p->outputs - 1].place; }

/* Where all values are, if one input is what is folded. */
static const char *in_memory(const struct tiles *tiles) {
  const struct launch *launch = tiles->launch;
  int64_t place = folded_place(launch->program);
  int is_input = launch->program->instructions == 0 && place < launch->program->inputs &&
                 tiles->stored == 0;
  return is_input && tiles->access[place] == CONTIGUOUS ? launch->operands[place].base : 0;
}

/* The values from first on; more than a tile of them only if they lie in memory. */
static const char *evaluate(struct folding *s, int64_t first, int64_t n) {
  if (s->memory) {
    return s->memory + first * s->fold->reducer->bytes;
  }
  tiles_run(&s->tiles, first, n);
  return s->tiles.values[folded_place(s->fold->launch->program)];
}

/* Many results at a time: [segments][folded][inner] lies within a tile, or in memory. */
static void fold_segments(struct folding *s, int64_t outer, int64_t end) {
  const struct fold *f = s->fold;
  int64_t segment = f->folded * f->inner;
  int64_t at_once = s->memory ? s->tile / f->inner : s->tile / segment;
  for (; outer < end; outer += at_once) {
    int64_t segments = smaller(end - outer, at_once);
    const char *values = evaluate(s, outer * segment, segments * segment);
    char *accumulators = s->cascade.levels[0];
    f->reducer->fold_segments(accumulators, values, segments, f->folded, f->inner,
                              s->memory ? AHEAD : 0);
    emit(f, 0, outer * f->inner, segments * f->inner, accumulators);
  }
}

static int64_t blocks(int64_t n, int64_t block) { return n == 0 ? 1 : (n + block - 1) / block; }

static int64_t gcd(int64_t a, int64_t b) { return b == 0 ? a : gcd(b, a % b); }

/* As many accumulators as make whole rows of inner and, if they can, whole steps of the loops. */
static int64_t lanes_for(int64_t inner, int64_t tile) {
  if (FEW_LANES % inner == 0) {
    return FEW_LANES;
  }
  int64_t step = inner / gcd(inner, LANES_PER_STEP) * LANES_PER_STEP;
  int64_t row = step <= tile ? step : inner;
  int64_t wide = smaller(WIDE, tile);
  return row >= wide ? row : wide / row * row;
}

/* A tile spans whole rows of inner. */
static void fold_rows(struct folding *s, int64_t outer, int64_t begin, int64_t end,
                      int64_t block) {
  const struct fold *f = s->fold;
  int64_t lanes = lanes_for(f->inner, s->tile);
  int64_t part = s->tile / lanes * lanes;
  int64_t parts = f->inner == 1 && part < GRAIN ? GRAIN / part : 1;
  int64_t step = s->memory ? FAN * parts * part : part;
  int64_t last = (outer * f->folded + end) * f->inner;
  cascade_open(&s->cascade, lanes, parts);
  for (int64_t at = (outer * f->folded + begin) * f->inner; at < last; at += step) {
    int64_t n = smaller(last - at, step);
    cascade_add(&s->cascade, evaluate(s, at, n), n, blocks(n, part), AHEAD);
  }
  cascade_close(&s->cascade, f->inner);
  emit(f, block, outer * f->inner, f->inner, s->cascade.levels[0]);
}

/* A row of inner spans several tiles. What is only read is asked for two rows ahead: a tile's part of
 * one is read in about the time that memory takes to answer. */
static void fold_columns(struct folding *s, int64_t outer, int64_t column, int64_t n,
                         int64_t begin, int64_t end, int64_t block) {
  const struct fold *f = s->fold;
  s->tiles.ahead = s->tiles.ahead ? f->inner : 0;
  cascade_open(&s->cascade, n, 1);
  for (int64_t j = begin; j < end; j++) {
    int64_t at = (outer * f->folded + j) * f->inner + column;
    cascade_add(&s->cascade, evaluate(s, at, n), n, 1, 2 * f->inner);
  }
  cascade_close(&s->cascade, n);
  emit(f, block, outer * f->inner + column, n, s->cascade.levels[0]);
}

/* How much of memory is one segment: what a cascade would leave in its lowest level, added alike. */
static int64_t most_of_segment(const struct folding *s) {
  return s->memory && s->fold->inner == 1 ? FAN * GRAIN - 1 : s->tile / 2;
}

static void run_task(struct folding *s, int64_t task) {
  const struct fold *f = s->fold;
  int64_t tile = s->tile;
  int64_t inners = blocks(f->inner, f->inner_block);
  int64_t outers = blocks(f->outer, f->outer_block);
  int64_t block = task / inners / outers;
  int64_t outer = task / inners % outers * f->outer_block;
  int64_t column = task % inners * f->inner_block;
  int64_t begin = block * f->folded_block;
  int64_t end = smaller(begin + f->folded_block, f->folded);
  int64_t outer_end = smaller(outer + f->outer_block, f->outer);
  int64_t column_end = smaller(column + f->inner_block, f->inner);
  if (!f->partials && f->folded > 0 && f->folded * f->inner <= most_of_segment(s)) {
    fold_segments(s, outer, outer_end);
    return;
  }
  for (; outer < outer_end; outer++) {
    if (f->inner <= tile) {
      fold_rows(s, outer, begin, end, block);
    } else {
      for (int64_t c = column; c < column_end; c += tile) {
        fold_columns(s, outer, c, smaller(tile, column_end - c), begin, end, block);
      }
    }
  }
}

EXPORT void adjoint_fold(const struct fold *f, int64_t first, int64_t last) {
  const struct program *p = f->launch->program;
  struct folding s;
  s.tile = tiles_open_outputs(&s.tiles, f->launch, p->outputs - 1);
  int64_t level = s.tile * f->reducer->accumulator_bytes;
  char memory[tiles_memory(p, s.tile)] __attribute__((aligned(64)));
  char levels[LEVELS * level] __attribute__((aligned(64)));
  s.fold = f;
  s.memory = 0;
  s.cascade.reducer = f->reducer;
  for (int k = 0; k < LEVELS; k++) {
    s.cascade.levels[k] = levels + k * level;
  }
  if (f->folded > 0) {
    tiles_open(&s.tiles, f->launch, memory, s.tile);
    s.memory = in_memory(&s.tiles);
  }
  for (int64_t task = first; task < last; task++) {
    run_task(&s, task);
  }
  if (s.tiles.streams) {
    stream_end();
  }
}

/* Folds the blocks' partial results pairwise and stores them, after all tasks are done. */
EXPORT void adjoint_fold_join(struct fold *f) {
  const struct reducer *r = f->reducer;
  int64_t count = blocks(f->folded, f->folded_block);
  int64_t n = f->outer * f->inner;
  char *partials = f->partials;
  for (int64_t step = 1; step < count; step *= 2) {
    for (int64_t k = 0; k + step < count; k += 2 * step) {
      r->combine(partials + k * n * r->accumulator_bytes,
                 partials + (k + step) * n * r->accumulator_bytes, n);
    }
  }
  f->partials = 0;
  enum { AT_ONCE = 1024 };
  for (int64_t k = 0; k < n; k += AT_ONCE) {
    emit(f, 0, k, smaller(AT_ONCE, n - k), partials + k * r->accumulator_bytes);
  }
}
