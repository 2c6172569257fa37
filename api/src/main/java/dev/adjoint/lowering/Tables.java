package dev.adjoint.lowering;

import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the `.def` tables of `native-kernels` list, and for which types.
final class Tables {
  private static final Pattern ROW =
      Pattern.compile("^([A-Z]+)\\((\\w+), (\\w+),", Pattern.MULTILINE);

  private Tables() {}

  /// The rows of a family that a type has; of casts, there is one.
  static List<Row> rows(Row.Family family, DType type) {
    if (family == Row.Family.CAST) {
      return List.of(Row.CAST);
    }
    List<Row> rows = new ArrayList<>();
    for (String name : names(family.name().toLowerCase(Locale.ROOT), type)) {
      rows.add(Row.of(family, name));
    }
    return rows;
  }

  static Set<Reducer> reducers(DType type) {
    Set<Reducer> reducers = EnumSet.noneOf(Reducer.class);
    for (String name : names("reducer", type)) {
      reducers.add(Reducer.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    return reducers;
  }

  private static List<String> names(String table, DType type) {
    String words = KernelFiles.read("types/" + type.suffix() + ".h");
    List<String> names = new ArrayList<>();
    Matcher row = ROW.matcher(KernelFiles.read("elementwise/" + table + ".def"));
    while (row.find()) {
      if (words.contains("#define " + row.group(2) + "(...) __VA_ARGS__")) {
        names.add(row.group(3));
      }
    }
    return names;
  }
}
