package dev.adjoint.spi;

/// One line of a `.def` table of the kernel library: an elementwise function of one element.
///
/// The table is named after the row's [Family]; the symbol is `<family>_<name>_<suffix of the
/// operands' type>`, for a cast `cast_<from>_<to>`.
///
/// @param family how many arguments of the computation's type T it takes, and what it yields
/// @param name the row's name in its table
public record Row(Family family, String name) {

  /// Converts the argument's type to the instruction's; C's rules, float to integer truncates.
  public static final Row CAST = new Row(Family.CAST, "cast");

  /// Yields the linear index of the element in the launch's row-major iteration space; int64 only.
  public static final Row INDEX = new Row(Family.NULLARY, "index");

  /// Chooses between two values of type T by a bool.
  public static final Row WHERE = new Row(Family.SELECT, "where");

  /// The shapes of rows.
  public enum Family {
    /// () to T
    NULLARY(0, false),
    /// any type to T
    CAST(1, false),
    /// T to T
    UNARY(1, false),
    /// T, T to T
    BINARY(2, false),
    /// T, T, T to T
    TERNARY(3, false),
    /// T, T, T, T to T
    QUATERNARY(4, false),
    /// T to bool
    PREDICATE(1, true),
    /// T, T to bool
    COMPARE(2, true),
    /// bool, T, T to T
    SELECT(3, false);

    private final int arity;
    private final boolean yieldsBool;

    Family(int arity, boolean yieldsBool) {
      this.arity = arity;
      this.yieldsBool = yieldsBool;
    }

    public int arity() {
      return arity;
    }

    public boolean yieldsBool() {
      return yieldsBool;
    }
  }
}
