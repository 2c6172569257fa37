package dev.adjoint.ops;

import dev.adjoint.Devices;
import dev.adjoint.Scope;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.GoldenCase;
import dev.adjoint.ops.cases.GoldenFile;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One row on one device with one element type, run once however many tests ask.
record ConformanceRun(OpCase row, Device device, DType type) {

  private static final Map<String, Outcome> DONE = new ConcurrentHashMap<>();

  /// Every run of some rows on the devices that are present.
  static List<ConformanceRun> of(List<OpCase> rows) {
    List<ConformanceRun> out = new ArrayList<>();
    for (Device device : Devices.present()) {
      for (OpCase row : rows) {
        for (DType type : DType.values()) {
          ConformanceRun run = new ConformanceRun(row, device, type);
          if (!run.cases().isEmpty()) {
            out.add(run);
          }
        }
      }
    }
    return out;
  }

  /// The golden cases of this run.
  List<GoldenCase> cases() {
    return GoldenFile.cases().getOrDefault(row.op(), List.of()).stream()
        .filter(golden -> golden.runsAs(type))
        .toList();
  }

  Outcome outcome() {
    return DONE.computeIfAbsent(toString(), name -> run());
  }

  private Outcome run() {
    Outcome outcome = new Outcome();
    for (GoldenCase golden : cases()) {
      for (Arrangement arrangement : Arrangement.values()) {
        if (row.accepts(arrangement) && arrangement.changes(golden)) {
          try (Scope _ = Scope.open()) {
            new CaseRun(row, golden, type, device, arrangement).into(outcome);
          }
        }
      }
    }
    return outcome;
  }

  @Override
  public String toString() {
    return row.op() + " " + type + " on " + device;
  }
}
