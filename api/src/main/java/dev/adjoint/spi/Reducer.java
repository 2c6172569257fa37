package dev.adjoint.spi;

/// How a fold combines elements; the symbol is `fold_<name>_<suffix>`.
///
/// `MAX` and `MIN` yield NaN if any element is NaN. `ANY` and `ALL` fold bools. Sums are accurate
/// to a bound that grows no faster than the logarithm of the number of elements.
public enum Reducer {
  SUM,
  PROD,
  MAX,
  MIN,
  ANY,
  ALL
}
