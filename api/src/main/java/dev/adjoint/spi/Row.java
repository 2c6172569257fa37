package dev.adjoint.spi;

import com.google.errorprone.annotations.Immutable;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// One line of a `.def` table of the kernel library: an elementwise function of one element.
///
/// The table is named after the row's [Family]; the symbol is `<family>_<name>_<suffix of the
/// operands' type>`, for a cast `cast_<from>_<to>`.
///
/// Equal rows are the same object.
@Immutable
public final class Row {

  private static final ConcurrentHashMap<String, Row> ROWS = new ConcurrentHashMap<>();
  private static final List<Row> BY_ID = new CopyOnWriteArrayList<>();

  /// Converts the argument's type to the instruction's; C's rules, float to integer truncates.
  public static final Row CAST = Row.of(Family.CAST, "cast");

  /// Yields the linear index of the element in the launch's row-major iteration space; int64 only.
  public static final Row INDEX = Row.of(Family.NULLARY, "index");

  /// Chooses between two values of type T by a bool.
  public static final Row WHERE = Row.of(Family.SELECT, "where");

  private final Family family;
  private final String name;
  private final int id;

  private Row(Family family, String name, int id) {
    this.family = family;
    this.name = name;
    this.id = id;
  }

  /// The row of this name in the family's table.
  public static Row of(Family family, String name) {
    return ROWS.computeIfAbsent(family + " " + name, key -> register(family, name));
  }

  private static Row register(Family family, String name) {
    synchronized (BY_ID) {
      Row row = new Row(family, name, BY_ID.size());
      BY_ID.add(row);
      return row;
    }
  }

  /// The row that has this number.
  public static Row byId(int id) {
    return BY_ID.get(id);
  }

  /// How many arguments of the computation's type T it takes, and what it yields.
  public Family family() {
    return family;
  }

  /// The row's name in its table.
  public String name() {
    return name;
  }

  /// A small number of this process, for keys of program caches.
  public int id() {
    return id;
  }

  @Override
  public String toString() {
    return family.name().toLowerCase(Locale.ROOT) + "_" + name;
  }

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
