#include "tile.h"

#include <string.h>

#include "stream.h"
#include "walk.h"

/* Elements of a tile of a large launch: the less of memory is asked for at a time, by loads and by
 * stores around the caches, the more of it comes and goes while the rows compute. */
enum { LARGE_TILE = 256 };

static int64_t tile_length(const struct program *program, int64_t n) {
  return n < program->tile ? padded(n) : program->tile;
}

int64_t tiles_memory(const struct program *p, int64_t n) {
  return (p->inputs + p->scalars + p->registers) * tile_length(p, n) * p->width;
}

static enum access access_of(const struct operand *operand, const struct launch *launch) {
  if (is_contiguous(operand, launch->rank, launch->shape)) {
    return CONTIGUOUS;
  }
  return is_constant(operand, launch->rank, launch->shape) ? CONSTANT : STRIDED;
}

/* An output that is written early must not be an input that is still to be read. */
static int is_input(const struct launch *launch, const char *base) {
  for (int64_t i = 0; i < launch->program->inputs; i++) {
    if (launch->operands[i].base == base) {
      return 1;
    }
  }
  return 0;
}

int64_t tiles_open_outputs(struct tiles *tiles, const struct launch *launch, int64_t stored) {
  const struct program *p = launch->program;
  int64_t computed = p->inputs + p->scalars;
  int copies = 0;
  int aliases = 0;
  for (int64_t k = 0; k < stored; k++) {
    copies |= p->stores[k].place < computed;
    aliases |= is_input(launch, launch->operands[p->inputs + k].base);
  }
  tiles->copies_inputs = copies && aliases && stored > 1;
  tiles->stored = stored;
  tiles->large = 0;
  tiles->streams = 0;
  for (int64_t k = 0; k < stored; k++) {
    int64_t o = p->inputs + k;
    const struct store *store = &p->stores[k];
    int overwrites = is_input(launch, launch->operands[o].base);
    tiles->access[o] = access_of(&launch->operands[o], launch);
    if (tiles->access[o] == CONTIGUOUS && is_large(launch, store->bytes)) {
      tiles->large = 1;
      tiles->streams |= !overwrites;
      tiles->access[o] = overwrites ? CONTIGUOUS : STREAMED;
    }
    if (tiles->access[o] == STRIDED && is_large(launch, store->bytes)) {
      tiles->streams |= !overwrites;
    }
    tiles->in_place[o] = tiles->access[o] == CONTIGUOUS && store->place >= computed && !copies &&
                         (store->is_last || !overwrites);
  }
  return tiles->large && p->tile > LARGE_TILE ? LARGE_TILE : p->tile;
}

void tiles_open(struct tiles *tiles, const struct launch *launch, char *memory, int64_t n) {
  const struct program *p = launch->program;
  int64_t length = tile_length(p, n);
  int64_t count = p->inputs + p->scalars + p->registers;
  tiles->launch = launch;
  tiles->ahead = is_large(launch, p->width) ? AHEAD : 0;
  for (int64_t k = 0; k < count; k++) {
    tiles->places[k] = tiles->values[k] = memory + k * length * p->width;
  }
  for (int64_t i = 0; i < p->inputs; i++) {
    tiles->access[i] = access_of(&launch->operands[i], launch);
    if (tiles->access[i] == CONSTANT) {
      fill(tiles->places[i], launch->operands[i].base, p->bytes[i], length);
    }
  }
  for (int64_t s = p->inputs; s < p->inputs + p->scalars; s++) {
    fill(tiles->places[s], &launch->scalars[s - p->inputs], p->bytes[s], length);
  }
}

/* Points an input's value at its memory, or copies it to its place; lanes past n are zero. */
static void load(struct tiles *tiles, int64_t i, int64_t first, int64_t n, int whole) {
  const struct launch *launch = tiles->launch;
  const struct operand *operand = &launch->operands[i];
  int64_t bytes = launch->program->bytes[i];
  char *start = operand->base + first * bytes;
  if (tiles->access[i] == CONSTANT) {
    return;
  }
  int run = tiles->access[i] == CONTIGUOUS ||
            is_run(operand, bytes, launch->rank, launch->shape, first, n, &start);
  if (tiles->ahead && tiles->access[i] == CONTIGUOUS) {
    prefetch(start + tiles->ahead * bytes, n * bytes);
  }
  if (run && whole && !tiles->copies_inputs) {
    tiles->values[i] = start;
    return;
  }
  char *place = tiles->values[i] = tiles->places[i];
  if (run) {
    memcpy(place, start, (size_t)(n * bytes));
  } else {
    gather(place, operand, bytes, launch->rank, launch->shape, first, n);
  }
  memset(place + n * bytes, 0, (size_t)((padded(n) - n) * bytes));
}

static void run_code(struct tiles *tiles, int64_t first, int64_t n) {
  const struct program *p = tiles->launch->program;
  int64_t lanes = padded(n);
  for (int64_t k = 0; k < p->instructions; k++) {
    const struct instruction *step = &p->code[k];
    const void *arguments[4];
    for (int a = 0; a < 4; a++) {
      int64_t place = step->arguments[a];
      arguments[a] = place == INDEX_PLACE ? (const void *)&first : tiles->values[place];
    }
    step->row(lanes, tiles->values[step->result], arguments);
  }
}

static void evaluate(struct tiles *tiles, int64_t first, int64_t n) {
  const struct program *p = tiles->launch->program;
  /* A value that no row reads needs no padding. */
  int whole = n == padded(n) || p->instructions == 0;
  for (int64_t i = 0; i < p->inputs; i++) {
    load(tiles, i, first, n, whole);
  }
  run_code(tiles, first, n);
}

static void store_output(struct tiles *tiles, int64_t k, int64_t first, int64_t n) {
  const struct launch *launch = tiles->launch;
  const struct store *store = &launch->program->stores[k];
  int64_t o = launch->program->inputs + k;
  const struct operand *operand = &launch->operands[o];
  const char *value = tiles->values[store->place];
  if (tiles->access[o] == STREAMED) {
    stream(operand->base + first * store->bytes, value, n * store->bytes);
  } else if (tiles->access[o] != CONTIGUOUS) {
    scatter(value, operand, store->bytes, launch->rank, launch->shape, first, n,
            tiles->streams);
  } else if (value != operand->base + first * store->bytes) {
    memcpy(operand->base + first * store->bytes, value, (size_t)(n * store->bytes));
  }
}

void tiles_run(struct tiles *tiles, int64_t first, int64_t n) {
  const struct launch *launch = tiles->launch;
  const struct program *p = launch->program;
  int whole = n == padded(n);
  for (int64_t k = 0; k < tiles->stored; k++) {
    int64_t place = p->stores[k].place;
    int64_t o = p->inputs + k;
    if (tiles->in_place[o]) {
      tiles->values[place] =
          whole ? launch->operands[o].base + first * p->stores[k].bytes : tiles->places[place];
    }
  }
  evaluate(tiles, first, n);
  for (int64_t k = 0; k < tiles->stored; k++) {
    store_output(tiles, k, first, n);
  }
}
