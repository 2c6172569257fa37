/* Reads and writes at places named by an int64 tensor, which the caller has checked and made
 * non-negative. Where several elements meet in one place, one lane adds or writes them in ascending
 * order, so results are the same every time and on every device. */
#define INDEX_BLOCK 1024
#define INDEX_MERGED 16 /* blocks that a device of one lane makes at once */
#define INDEX_COLUMNS 64

#undef LOCAL_BYTES
#define LOCAL_BYTES (MOST_LANES * 8)

/* Elements [i, end) of one row of y. */
DEVICE_FN void WITH_TYPE(gather_row)(GLOBAL const T *x, GLOBAL const int64_t *index, GLOBAL T *y,
                                     int64_t row, int64_t i, int64_t end) {
  INDEPENDENT for (int64_t k = i + LANE; k < end; k += LANES) {
    y[k] = x[index[k] * row + k];
  }
}

/* Elements [t, last) of y for gather, without a division for each: in one o after another, the rest
 * of a row, whole rows and the beginning of one. */
DEVICE_FN void WITH_TYPE(gather_runs)(GLOBAL const T *x, GLOBAL const int64_t *index, GLOBAL T *y,
                                      const int64_t *sizes, int64_t t, int64_t last) {
  int64_t row = sizes[3];
  int64_t count = sizes[2] * row;
  for (int64_t o = t / count; t < last; o++) {
    GLOBAL const T *from = x + o * sizes[1] * row;
    int64_t end = (o + 1) * count < last ? (o + 1) * count : last;
    if (row == 1) {
      for (int64_t k = t + LANE; k < end; k += LANES) {
        y[k] = from[index[k]];
      }
    } else {
      int64_t i = (t - o * count) % row;
      t -= i;
      if (i > 0) {
        WITH_TYPE(gather_row)(from, index + t, y + t, row, i, row < end - t ? row : end - t);
        t += row;
      }
      for (; t + row <= end; t += row) {
        WITH_TYPE(gather_row)(from, index + t, y + t, row, 0, row);
      }
      WITH_TYPE(gather_row)(from, index + t, y + t, row, 0, end - t);
    }
    t = end;
  }
}

/* y[o][j][i] = x[o][index[o][j][i]][i]; sizes {outer, n_x, n_index, inner};
 * groups = ceil(outer * n_index * inner / 1024): a group makes 1024 elements of y. */
KERNEL3(gather, GLOBAL const T *, x, GLOBAL const int64_t *, index, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  int64_t count = sizes[2] * row;
  int64_t total = sizes[0] * count;
  FOR_EACH_GROUPS(g, merged, INDEX_MERGED) {
    int64_t first = g * INDEX_BLOCK;
    int64_t last = first + merged * INDEX_BLOCK;
    last = last < total ? last : total;
    if ((row == 1 ? count : row) >= LANES) {
      WITH_TYPE(gather_runs)(x, index, y, sizes, first, last);
      continue;
    }
    for (int64_t t = first + LANE; t < last; t += LANES) {
      y[t] = x[(t / count * sizes[1] + index[t]) * row + t % row];
    }
  }
}

/* x[o][j][i] = source[o][i] where j is index[o][i], else 0; sizes {outer, n, inner};
 * groups = outer * inner: a group is one line of x. */
KERNEL3(scatter_one, GLOBAL const int64_t *, index, GLOBAL const T *, source, GLOBAL T *, x) {
  UNUSED_ARGS;
  int64_t n = sizes[1];
  int64_t inner = sizes[2];
  if (inner == 1) {
    FOR_EACH_GROUP(g) {
      INDEPENDENT for (int64_t j = LANE; j < n; j += LANES) {
        x[g * n + j] = 0;
      }
      if (index[g] % LANES == LANE) { /* the lane that wrote the 0 */
        x[g * n + index[g]] = source[g];
      }
    }
    return;
  }
  FOR_ADJACENT_GROUPS(g, lines, inner) {
    GLOBAL T *line = x + g / inner * n * inner + g % inner;
    for (int64_t j = 0; j < n; j++) {
      INDEPENDENT for (int64_t i = 0; i < lines; i++) {
        line[j * inner + i] = 0;
      }
    }
    for (int64_t i = 0; i < lines; i++) {
      line[index[g + i] * inner + i] = source[g + i];
    }
  }
}

/* Elements [t, last) of y for index_select, as gather_runs. */
DEVICE_FN void WITH_TYPE(select_runs)(GLOBAL const T *x, GLOBAL const int64_t *index, GLOBAL T *y,
                                      const int64_t *sizes, int64_t t, int64_t last) {
  int64_t row = sizes[3];
  int64_t picks = sizes[2];
  int64_t start = t - t % row;
  int64_t j = t / row % picks;
  GLOBAL const T *from = x + t / row / picks * sizes[1] * row;
  while (t < last) {
    int64_t end = start + row < last ? start + row : last;
    if (row == 1) {
      end = t + picks - j < last ? t + picks - j : last;
      for (int64_t k = LANE; k < end - t; k += LANES) {
        y[t + k] = from[index[j + k]];
      }
      j = picks - 1;
    } else {
      int64_t at = index[j] * row - start;
      INDEPENDENT for (int64_t k = t + LANE; k < end; k += LANES) {
        y[k] = from[at + k];
      }
    }
    start += row;
    j++;
    if (j == picks) {
      from += sizes[1] * row;
      j = 0;
    }
    t = end;
  }
}

/* y[o][j][i] = x[o][index[j]][i]; sizes {outer, n_x, n_index, inner};
 * groups = ceil(outer * n_index * inner / 1024): a group makes 1024 elements of y. */
KERNEL3(index_select, GLOBAL const T *, x, GLOBAL const int64_t *, index, GLOBAL T *, y) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  int64_t picks = sizes[2];
  int64_t total = sizes[0] * picks * row;
  FOR_EACH_GROUPS(g, merged, INDEX_MERGED) {
    int64_t first = g * INDEX_BLOCK;
    int64_t last = first + merged * INDEX_BLOCK;
    last = last < total ? last : total;
    if ((row == 1 ? picks : row) >= LANES) {
      WITH_TYPE(select_runs)(x, index, y, sizes, first, last);
      continue;
    }
    for (int64_t t = first + LANE; t < last; t += LANES) {
      int64_t j = t / row;
      y[t] = x[(j / picks * sizes[1] + index[j % picks]) * row + t % row];
    }
  }
}

/* Writes or adds rows of src to some columns of y, a tile of LANES elements at a time. Of those
 * that meet in one place, all in one column, the first one's lane takes the tile's others too. */
DEVICE_FN void WITH_TYPE(scatter_tiles)(GLOBAL T *y, GLOBAL const int64_t *index,
                                        GLOBAL const T *src, const int64_t *sizes, int64_t column,
                                        int64_t columns, int adds, int whole_rows,
                                        LOCAL int64_t *places) {
  int64_t row = sizes[3];
  int64_t count = sizes[2] * columns;
  for (int64_t tile = 0; tile < count; tile += LANES) {
    int64_t j = (tile + LANE) / columns;
    int64_t i = column + (tile + LANE) % columns;
    int64_t from = j * row + i;
    int64_t place = -1;
    if (tile + LANE < count) {
      place = index[whole_rows ? j : from] * row + i;
    }
    places[LANE] = place;
    BARRIER();
    int is_first = place >= 0;
    for (int64_t s = LANE - columns; s >= 0 && is_first; s -= columns) {
      is_first = places[s] != place;
    }
    if (is_first) {
      T value = y[place];
      for (int64_t s = LANE; s < LANES; s += columns, from += row) {
        if (places[s] == place) {
          value = adds ? (T)(value + src[from]) : src[from];
        }
      }
      y[place] = value;
    }
    BARRIER();
  }
}

/* The same by a single lane. */
DEVICE_FN void WITH_TYPE(scatter_rows)(GLOBAL T *y, GLOBAL const int64_t *index,
                                       GLOBAL const T *src, const int64_t *sizes, int64_t column,
                                       int64_t columns, int adds, int whole_rows) {
  int64_t row = sizes[3];
  for (int64_t j = 0; j < sizes[2]; j++) {
    GLOBAL const T *from = src + j * row;
    if (whole_rows && row > 1) {
      GLOBAL T *to = y + index[j] * row;
      INDEPENDENT for (int64_t i = column; i < column + columns; i++) {
        to[i] = adds ? (T)(to[i] + from[i]) : from[i];
      }
      continue;
    }
    for (int64_t i = column; i < column + columns; i++) {
      GLOBAL T *to = y + index[whole_rows ? j : j * row + i] * row + i;
      *to = adds ? (T)(*to + from[i]) : from[i];
    }
  }
}

DEVICE_FN void WITH_TYPE(scatter_columns)(GLOBAL T *y, GLOBAL const int64_t *index,
                                          GLOBAL const T *src, const int64_t *sizes,
                                          int64_t column, int64_t columns, int adds,
                                          int whole_rows, LOCAL void *shared) {
  if (LANES == 1) {
    WITH_TYPE(scatter_rows)(y, index, src, sizes, column, columns, adds, whole_rows);
  } else {
    WITH_TYPE(scatter_tiles)(y, index, src, sizes, column, columns, adds, whole_rows,
                             (LOCAL int64_t *)shared);
  }
}

/* A group owns 64 columns of one [n][inner], so no two groups meet in a place. */
DEVICE_FN void WITH_TYPE(scatter_groups)(GLOBAL T *y, GLOBAL const int64_t *index,
                                         GLOBAL const T *src, int adds, int whole_rows,
                                         LAUNCH_ARGS) {
  UNUSED_ARGS;
  int64_t row = sizes[3];
  int64_t step = whole_rows ? 0 : sizes[2] * row; /* of index, from one o to the next */
  if (row == 1) {
    FOR_EACH_GROUP(o) {
      WITH_TYPE(scatter_columns)(y + o * sizes[1], index + o * step, src + o * sizes[2], sizes, 0,
                                 1, adds, whole_rows, shared);
    }
    return;
  }
  int64_t blocks = (row + INDEX_COLUMNS - 1) / INDEX_COLUMNS;
  FOR_EACH_GROUPS(g, merged, blocks) {
    int64_t o = g / blocks;
    int64_t column = g % blocks * INDEX_COLUMNS;
    int64_t end = column + merged * INDEX_COLUMNS;
    WITH_TYPE(scatter_columns)(y + o * sizes[1] * row, index + o * step, src + o * sizes[2] * row,
                               sizes, column, (end < row ? end : row) - column, adds, whole_rows,
                               shared);
  }
}

/* y[o][index[o][j][i]][i] = src[o][j][i], the last j wins; sizes {outer, n_y, n_index, inner};
 * groups = outer * ceil(inner / 64). */
KERNEL3(scatter, GLOBAL T *, y, GLOBAL const int64_t *, index, GLOBAL const T *, src) {
  WITH_TYPE(scatter_groups)(y, index, src, 0, 0, SAME_LAUNCH);
}

ARITHMETIC(
/* As scatter, but adds. */
KERNEL3(scatter_add, GLOBAL T *, y, GLOBAL const int64_t *, index, GLOBAL const T *, src) {
  WITH_TYPE(scatter_groups)(y, index, src, 1, 0, SAME_LAUNCH);
}

/* y[o][index[j]][i] += src[o][j][i]; sizes {outer, n_y, n_index, inner};
 * groups = outer * ceil(inner / 64). */
KERNEL3(index_add, GLOBAL T *, y, GLOBAL const int64_t *, index, GLOBAL const T *, src) {
  WITH_TYPE(scatter_groups)(y, index, src, 1, 1, SAME_LAUNCH);
}
)

#undef LOCAL_BYTES
#define LOCAL_BYTES 8
