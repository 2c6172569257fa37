package dev.adjoint.ops;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What one row did on one device with one element type.
final class Outcome {

  /// What can be compared with PyTorch.
  enum Aspect {
    VALUE,
    GRADIENT,
    SECOND
  }

  private static final int SHOWN = 25;

  private final List<String> differences = new ArrayList<>();
  private final Map<Aspect, Integer> ran = new EnumMap<>(Aspect.class);
  private final Map<Aspect, Integer> failed = new EnumMap<>(Aspect.class);

  /// Counts one comparison and keeps what differed.
  void record(Aspect aspect, List<String> found) {
    ran.merge(aspect, 1, Integer::sum);
    if (!found.isEmpty()) {
      failed.merge(aspect, 1, Integer::sum);
      differences.addAll(found);
    }
  }

  List<String> differences() {
    return differences;
  }

  boolean ran(Aspect aspect) {
    return ran.containsKey(aspect);
  }

  boolean passed(Aspect aspect) {
    return ran(aspect) && !failed.containsKey(aspect);
  }

  /// The differences, one a line, the first of many.
  String report() {
    StringBuilder out = new StringBuilder();
    out.append(differences.size()).append(" differences from PyTorch:");
    differences.stream().limit(SHOWN).forEach(d -> out.append("\n  ").append(d));
    if (differences.size() > SHOWN) {
      out.append("\n  … and ").append(differences.size() - SHOWN).append(" more");
    }
    return out.toString();
  }
}
