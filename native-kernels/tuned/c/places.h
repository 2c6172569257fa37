#pragma once
/* Coordinates of windows, or of elements of a plane, that go together in vectors. */
#include <stdint.h>

/* So many stay in the cache. */
enum { SIDE_BY_SIDE = 256 };

struct places {
  int32_t rows[SIDE_BY_SIDE];
  int32_t columns[SIDE_BY_SIDE];
};

/* Of n neighbours from `first` on, in rows of so many. */
DEVICE_FN void find_places(struct places *at, int64_t first, int64_t n, int64_t width) {
  int32_t row = (int32_t)(first / width);
  int32_t column = (int32_t)(first % width);
  for (int64_t t = 0; t < n; t++) {
    at->rows[t] = row;
    at->columns[t] = column;
    column++;
    if (column == width) {
      column = 0;
      row++;
    }
  }
}

DEVICE_FN int64_t together(int64_t first, int64_t end) {
  return end - first < SIDE_BY_SIDE ? end - first : SIDE_BY_SIDE;
}
