package dev.adjoint.ops;

import dev.adjoint.Devices;
import dev.adjoint.ops.Outcome.Aspect;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.ops.cases.OpCases;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.LinkedHashMap;
import java.util.Map;

/// The text of `docs/ops.md`: for each device, what the conformance run found of every operation.
final class OpMatrix {

  private static final String HEAD =
      """
      # Operations

      Generated from the conformance suite; do not edit. To refresh:
      `mvn verify -Dadjoint.writeDocs=true` on a machine that has the device.

      Each cell says what agrees with PyTorch: `v` the value, `g` the gradient, `h` the gradient
      of the gradient. An upper-case letter does not agree; `·` was not tested, because PyTorch
      has no such operation or nothing to differentiate.
      """;

  private OpMatrix() {}

  /// The whole page: tables of devices that are present, and of others as they were.
  static String page(String committed) {
    Map<String, String> tables = tables(committed);
    for (Device device : Devices.present()) {
      tables.put(device.kind(), table(device));
    }
    StringBuilder out = new StringBuilder(HEAD);
    tables.forEach((kind, table) -> out.append("\n## ").append(kind).append("\n\n").append(table));
    return out.toString();
  }

  /// The tables of a page by the kind of their device.
  private static Map<String, String> tables(String page) {
    Map<String, String> out = new LinkedHashMap<>();
    String[] parts = page.split("\n## ");
    for (int i = 1; i < parts.length; i++) {
      int end = parts[i].indexOf('\n');
      out.put(parts[i].substring(0, end), parts[i].substring(end).strip() + "\n");
    }
    return out;
  }

  private static String table(Device device) {
    StringBuilder out = new StringBuilder("| operation |");
    StringBuilder rule = new StringBuilder("|---|");
    for (DType type : DType.values()) {
      out.append(' ').append(type).append(" |");
      rule.append("---|");
    }
    out.append('\n').append(rule).append('\n');
    for (OpCase row : OpCases.all()) {
      out.append("| ").append(row.op()).append(" |");
      for (DType type : DType.values()) {
        out.append(' ').append(cell(new ConformanceRun(row, device, type))).append(" |");
      }
      out.append('\n');
    }
    return out.toString();
  }

  private static String cell(ConformanceRun run) {
    StringBuilder out = new StringBuilder();
    String letters = "vgh";
    for (Aspect aspect : Aspect.values()) {
      char letter = letters.charAt(aspect.ordinal());
      if (run.outcome().ran(aspect)) {
        out.append(run.outcome().passed(aspect) ? letter : Character.toUpperCase(letter));
      }
    }
    return out.isEmpty() ? "·" : out.toString();
  }
}
