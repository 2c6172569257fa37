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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// One row on one device with one element type, run once however many tests ask.
record ConformanceRun(OpCase row, Device device, DType type) {

  /// What OpenCL adds about halves is how casts are spelled, and each kernel waits for PoCL's compiler:
  /// one operation of each kind is enough. `HalfTest` moves, sorts and multiplies there.
  private static final Set<String> HALVES_ON_OPENCL =
      Set.of(
          "neg",
          "exp",
          "tanh",
          "clamp",
          "pow.number",
          "mul.number",
          "eq.number",
          "add",
          "div",
          "where",
          "sum",
          "mean.dims",
          "std",
          "max.dim",
          "cumsum");

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
    if (type.isHalf() && device.kind().equals("opencl") && !HALVES_ON_OPENCL.contains(row.op())) {
      return List.of();
    }
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
      for (Arrangement arrangement : arrangements()) {
        if (row.accepts(arrangement) && arrangement.changes(golden)) {
          try (Scope _ = Scope.open()) {
            new CaseRun(row, golden, type, device, arrangement).into(outcome);
          }
        }
      }
    }
    return outcome;
  }

  /// Halves lie as other elements do and are cast one by one, so two layouts say what there is to say.
  private List<Arrangement> arrangements() {
    return switch (type) {
      case FLOAT16 -> List.of(Arrangement.CONTIGUOUS, Arrangement.SLICED);
      case BFLOAT16 -> List.of(Arrangement.CONTIGUOUS);
      default -> List.of(Arrangement.values());
    };
  }

  @Override
  public String toString() {
    return row.op() + " " + type + " on " + device;
  }
}
