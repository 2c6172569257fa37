/* Puts pieces together and takes them apart: whole is [outer][total][inner], piece p is
 * [outer][inner] and lies at first + p of the middle. Up to 16 pieces;
 * groups = ceil(outer * inner / 1024): a group moves 1024 elements of each piece. */
#define PACK_BLOCK 1024

/* Copies elements [t, last) of rows of some length, which lie at a pitch of their own on either
 * side; zeros where there is nothing to copy. */
DEVICE_FN void WITH_TYPE(copy_rows)(GLOBAL const T *from, int64_t from_pitch, GLOBAL T *to,
                                    int64_t to_pitch, int64_t row, int present, int64_t t,
                                    int64_t last) {
  if (row == 1) {
    for (int64_t k = t + LANE; k < last; k += LANES) {
      to[k * to_pitch] = present ? from[k * from_pitch] : 0;
    }
    return;
  }
  if (row < LANES) {
    for (int64_t k = t + LANE; k < last; k += LANES) {
      int64_t o = k / row;
      int64_t i = k % row;
      to[o * to_pitch + i] = present ? from[o * from_pitch + i] : 0;
    }
    return;
  }
  int64_t o = t / row;
  int64_t i = t % row;
  while (t < last) {
    int64_t end = i + last - t < row ? i + last - t : row;
    GLOBAL const T *source = from + o * from_pitch;
    GLOBAL T *target = to + o * to_pitch;
    for (int64_t k = i + LANE; k < end; k += LANES) {
      target[k] = present ? source[k] : 0;
    }
    t += end - i;
    i = 0;
    o++;
  }
}

/* operands: count pieces, then whole; sizes {outer, total, inner, first, count, present}. Bit p of
 * present says that piece p exists; one that does not is zero, and its operand is not read. */
KERNEL_OF_MANY(pack) {
  UNUSED_ARGS;
  int64_t inner = sizes[2];
  int64_t elements = sizes[0] * inner;
  int64_t count = sizes[4];
  FOR_EACH_GROUP(g) {
    int64_t first = g * PACK_BLOCK;
    int64_t last = first + PACK_BLOCK < elements ? first + PACK_BLOCK : elements;
    for (int64_t p = 0; p < count; p++) {
      GLOBAL T *to = operands[count] + (sizes[3] + p) * inner;
      int present = (sizes[5] >> p) & 1;
      WITH_TYPE(copy_rows)(operands[p], inner, to, sizes[1] * inner, inner, present, first, last);
    }
  }
}

/* operands: whole, then count pieces; sizes {outer, total, inner, first, count}. */
KERNEL_OF_MANY(unpack) {
  UNUSED_ARGS;
  int64_t inner = sizes[2];
  int64_t elements = sizes[0] * inner;
  FOR_EACH_GROUP(g) {
    int64_t first = g * PACK_BLOCK;
    int64_t last = first + PACK_BLOCK < elements ? first + PACK_BLOCK : elements;
    for (int64_t p = 0; p < sizes[4]; p++) {
      GLOBAL const T *from = operands[0] + (sizes[3] + p) * inner;
      WITH_TYPE(copy_rows)(from, sizes[1] * inner, operands[p + 1], inner, inner, 1, first, last);
    }
  }
}
