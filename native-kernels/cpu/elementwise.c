/* Runs Launch.Elementwise: a program over a linear range of the iteration space. */
#include <string.h>

#include "stream.h"
#include "tile.h"
#include "walk.h"

#define EXPORT __attribute__((visibility("default")))

/* A program without instructions between two packed operands is one long copy. */
static int copied(const struct launch *launch, int64_t first, int64_t last) {
  const struct program *p = launch->program;
  const struct operand *from = &launch->operands[0];
  const struct operand *to = &launch->operands[1];
  if (p->instructions != 0 || p->inputs != 1 || p->outputs != 1 || p->stores[0].place != 0 ||
      !is_contiguous(from, launch->rank, launch->shape) ||
      !is_contiguous(to, launch->rank, launch->shape)) {
    return 0;
  }
  int64_t bytes = p->bytes[0];
  char *target = to->base + first * bytes;
  const char *source = from->base + first * bytes;
  if (is_large(launch, bytes) && to->base != from->base) {
    stream(target, source, (last - first) * bytes);
    stream_end();
  } else {
    memmove(target, source, (size_t)((last - first) * bytes));
  }
  return 1;
}

EXPORT void adjoint_elementwise(const struct launch *launch, int64_t first, int64_t last) {
  const struct program *p = launch->program;
  if (first >= last || copied(launch, first, last)) {
    return;
  }
  struct tiles tiles;
  int64_t tile = tiles_open_outputs(&tiles, launch, p->outputs);
  int64_t most = last - first < tile ? last - first : tile;
  char memory[tiles_memory(p, most)] __attribute__((aligned(64)));
  tiles_open(&tiles, launch, memory, most);
  for (int64_t start = first; start < last; start += tile) {
    int64_t rest = last - start;
    tiles_run(&tiles, start, rest < tile ? rest : tile);
  }
  if (tiles.streams) {
    stream_end();
  }
}
