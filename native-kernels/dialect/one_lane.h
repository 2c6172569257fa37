/* The words that follow from the others where one lane runs a group, and each caller has a range of
 * groups: neighbours, which it may take several of at a time. */
#pragma once

#define LANE 0
#define LANES 1
#define MOST_LANES 1
#define BARRIER()
#define TOGETHER 1
#define FROM_ABOVE(x, apart) (x)
#define FOR_EACH_GROUP(g) for (int64_t g = FIRST_GROUP, past = LAST_GROUP; g < past; g++)
/* Groups are items of their own. */
#define FOR_EACH_ITEM(i) FOR_EACH_GROUP(i)
/* Groups one after another, up to ADJACENT at a time, but never across a multiple of row. */
#define FOR_ADJACENT_GROUPS(g, count, row)                                      \
  for (int64_t g = FIRST_GROUP, past = LAST_GROUP, count; g < past; g += count) \
    if ((count = adjacent(g, past, row)) > 0)
#define ADJACENT 16
/* Here the same: one lane runs all of them. */
#define FOR_EACH_GROUPS(g, count, row) FOR_ADJACENT_GROUPS(g, count, row)

DEVICE_FN int64_t adjacent(int64_t first, int64_t last, int64_t row) {
  int64_t in_row = row == 1 ? 1 : row - first % row; /* a division may cost more than a group */
  int64_t in_range = last - first < ADJACENT ? last - first : ADJACENT;
  return in_row < in_range ? in_row : in_range;
}
