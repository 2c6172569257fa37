/* Puts pieces together and takes them apart: whole is [outer][total][inner], piece p is
 * [outer][inner] and lies at first + p of the middle. Up to 16 pieces; groups = outer. */

/* operands: count pieces, then whole; sizes {outer, total, inner, first, count, present}. Bit p of
 * present says that piece p exists; one that does not is zero, and its operand is not read. */
KERNEL_OF_MANY(pack) {
  UNUSED_ARGS;
  int64_t inner = sizes[2];
  int64_t count = sizes[4];
  GLOBAL T *whole = operands[count];
  FOR_EACH_GROUP(g) {
    for (int64_t p = 0; p < count; p++) {
      GLOBAL const T *piece = operands[p];
      GLOBAL T *to = whole + (g * sizes[1] + sizes[3] + p) * inner;
      int present = (sizes[5] >> p) & 1;
      for (int64_t i = LANE; i < inner; i += LANES) {
        to[i] = present ? piece[g * inner + i] : 0;
      }
    }
  }
}

/* operands: whole, then count pieces; sizes {outer, total, inner, first, count}. */
KERNEL_OF_MANY(unpack) {
  UNUSED_ARGS;
  int64_t inner = sizes[2];
  GLOBAL const T *whole = operands[0];
  FOR_EACH_GROUP(g) {
    for (int64_t p = 0; p < sizes[4]; p++) {
      GLOBAL T *piece = operands[p + 1];
      GLOBAL const T *from = whole + (g * sizes[1] + sizes[3] + p) * inner;
      for (int64_t i = LANE; i < inner; i += LANES) {
        piece[g * inner + i] = from[i];
      }
    }
  }
}
