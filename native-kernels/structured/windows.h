#pragma once
/* Windows that slide over planes. sizes {planes, height, width, out_height, out_width,
 * kernel_height, kernel_width, stride_height, stride_width, pad_height, pad_width,
 * dilation_height, dilation_width, ...}: the window of output (r, c) sees elements
 * (r * stride_height - pad_height + i * dilation_height, ...) of its plane, and nothing outside. */
#define IN_HEIGHT sizes[1]
#define IN_WIDTH sizes[2]
#define OUT_HEIGHT sizes[3]
#define OUT_WIDTH sizes[4]
#define WINDOW_HEIGHT sizes[5]
#define WINDOW_WIDTH sizes[6]

/* Whether place (row, column) lies in the plane. */
#define IS_INSIDE(row, column) \
  ((row) >= 0 && (row) < IN_HEIGHT && (column) >= 0 && (column) < IN_WIDTH)

/* Elements [0, count) of a plane of so many columns, each by one lane, without a division each. */
#define FOR_EACH_PLACE(t, row, column, count, columns)                                   \
  for (int64_t t = LANE, row = t / (columns), column = t % (columns),                    \
               down = LANES / (columns), right = LANES % (columns);                      \
       t < (count); t += LANES, column += right, row += down + (column >= (columns)),    \
               column -= column >= (columns) ? (columns) : 0)

/* Along one axis: the first output whose window sees a place, were the window one element long;
 * what it reaches is cut at 0 and at the count of outputs. */
DEVICE_FN int64_t WITH_TYPE(first_from)(int64_t offset, int64_t stride, int64_t outputs) {
  int64_t first = offset > 0 ? 0 : (stride - 1 - offset) / stride;
  return first < outputs ? first : outputs;
}

/* The index along an axis of the window whose i-th place is at `from`; -1 when none is. */
DEVICE_FN int64_t WITH_TYPE(window_at)(int64_t from, int64_t stride, int64_t outputs) {
  return from >= 0 && from % stride == 0 && from / stride < outputs ? from / stride : -1;
}
