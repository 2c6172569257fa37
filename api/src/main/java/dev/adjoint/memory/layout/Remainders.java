package dev.adjoint.memory.layout;

/// The remainders that a layout's places leave modulo a stride: at most one run of them, which may wrap
/// around. Columns of a matrix leave different ones modulo the length of a row.
///
/// @param start of the run, not yet wrapped
/// @param length of the run; from the modulus on it is all of them
record Remainders(long start, long length) {

  private static Remainders of(Layout layout, long[] strides, long modulus) {
    long start = layout.offset();
    long length = 1;
    for (int d = 0; d < strides.length; d++) {
      if (strides[d] % modulus != 0) {
        long reach = strides[d] * (layout.shape().size(d) - 1);
        start += Math.min(0, reach);
        length += Math.abs(reach);
      }
    }
    return new Remainders(start, length);
  }

  /// Whether for one of these moduli no place of one layout leaves a remainder of the other's places.
  static boolean differ(Layout a, Layout b, long[] moduli) {
    long[] strides = a.strides();
    long[] others = b.strides();
    for (long m : moduli) {
      long modulus = Math.abs(m);
      if (modulus > 1) {
        Remainders one = of(a, strides, modulus);
        Remainders two = of(b, others, modulus);
        long ahead = Math.floorMod(two.start - one.start, modulus);
        if (ahead >= one.length && modulus - ahead >= two.length) {
          return true;
        }
      }
    }
    return false;
  }
}
