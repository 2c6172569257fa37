package dev.adjoint.ops;

import dev.adjoint.ops.Outcome.Aspect;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.ops.cases.OpCases;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The table of `docs/ops.md`: for each operation, what the conformance run found on each kind of device.
final class OpMatrix {
  static final String STALE =
      "docs/ops.md is stale; to refresh it: mvn verify -Dadjoint.writeDocs=true";

  private static final String HEAD =
      """
      # Operations

      Generated from the conformance suite; do not edit. To refresh:
      `mvn verify -Dadjoint.writeDocs=true`. Columns of devices that the machine does not have stay as
      they are.

      A cell says what agrees with PyTorch for which types: `v` the value, `g` the gradient, `h` the
      gradient of the gradient. An upper-case letter does not agree. A type that is not named was not
      tested, because PyTorch has no such operation; an operation without `g` has nothing to
      differentiate. `ints` are uint8, int32 and int64, `halves` float16 and bfloat16, `floats` float32 and
      float64, `all` these and bool. A `?` was not run since the operation was added. With halves OpenCL is
      tested by one operation of each kind.

      """;

  private static final String UNKNOWN = "?";
  private static final List<DType> INTS = List.of(DType.UINT8, DType.INT32, DType.INT64);
  private static final List<DType> HALVES = List.of(DType.FLOAT16, DType.BFLOAT16);
  private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64);

  /// Cells by operation, by kind of device.
  private final Map<String, Map<String, String>> columns = new TreeMap<>();

  private OpMatrix() {}

  /// Whether this run is to write the page instead of comparing with it.
  static boolean isToBeWritten() {
    return Boolean.getBoolean("adjoint.writeDocs");
  }

  /// The page, in the folder above the module that the tests run in.
  static Path path() {
    Path here = Path.of("").toAbsolutePath();
    Path root = Files.exists(here.resolve("tests").resolve("pom.xml")) ? here : here.getParent();
    return root.resolve("docs").resolve("ops.md");
  }

  /// The table as it was committed.
  static OpMatrix committed() throws IOException {
    return Files.exists(path()) ? of(Files.readString(path())) : new OpMatrix();
  }

  /// The table of a page.
  static OpMatrix of(String page) {
    OpMatrix matrix = new OpMatrix();
    List<String[]> lines =
        page.lines()
            .filter(line -> line.startsWith("|") && !line.startsWith("|--"))
            .map(line -> line.substring(1).strip().split("\\s*\\|\\s*", -1))
            .toList();
    for (String[] line : lines) {
      for (int i = 1; i < line.length && !lines.getFirst()[i].isEmpty(); i++) {
        Map<String, String> column =
            matrix.columns.computeIfAbsent(lines.getFirst()[i], kind -> new LinkedHashMap<>());
        column.put(line[0], line[i]);
      }
    }
    return matrix;
  }

  /// Fills a device's column with what its run finds.
  void run(Device device) {
    Map<String, String> column = new LinkedHashMap<>();
    OpCases.all().forEach(row -> column.put(row.op(), cell(row, device)));
    columns.put(device.kind(), column);
  }

  String cell(OpCase row, String kind) {
    return columns.getOrDefault(kind, Map.of()).getOrDefault(row.op(), UNKNOWN);
  }

  boolean hasColumn(String kind) {
    return columns.containsKey(kind);
  }

  /// The whole page.
  String page() {
    StringBuilder out = new StringBuilder(HEAD).append("| operation |");
    columns.keySet().forEach(kind -> out.append(' ').append(kind).append(" |"));
    out.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
    for (OpCase row : OpCases.all()) {
      out.append("| ").append(row.op()).append(" |");
      columns.keySet().forEach(kind -> out.append(' ').append(cell(row, kind)).append(" |"));
      out.append('\n');
    }
    return out.toString();
  }

  /// What a row's runs on a device found: types of equal results together.
  static String cell(OpCase row, Device device) {
    Map<String, List<DType>> found = new LinkedHashMap<>();
    for (DType type : DType.values()) {
      String letters = letters(new ConformanceRun(row, device, type).outcome());
      if (!letters.isEmpty()) {
        found.computeIfAbsent(letters, key -> new ArrayList<>()).add(type);
      }
    }
    List<String> parts = new ArrayList<>();
    found.forEach((letters, types) -> parts.add(letters + " " + names(types)));
    return String.join(", ", parts);
  }

  private static String letters(Outcome outcome) {
    StringBuilder out = new StringBuilder();
    for (Aspect aspect : Aspect.values()) {
      char letter = "vgh".charAt(aspect.ordinal());
      if (outcome.ran(aspect)) {
        out.append(outcome.passed(aspect) ? letter : Character.toUpperCase(letter));
      }
    }
    return out.toString();
  }

  private static String names(List<DType> types) {
    if (types.containsAll(Arrays.asList(DType.values()))) {
      return "all";
    }
    String text = joined(types);
    return text.replace(joined(INTS), "ints")
        .replace(joined(HALVES), "halves")
        .replace(joined(FLOATS), "floats");
  }

  private static String joined(List<DType> types) {
    return String.join(" ", types.stream().map(DType::toString).toList());
  }
}
