package dev.adjoint.lowering;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;

/// Kernels enough to do any work in steps, few enough to be compiled beforehand: each row as a
/// program of its own, each reducer, each structured kernel.
final class Catalogue {
  private final ElementwiseLowering elementwise;
  private final FoldLowering folds;
  private final CallLowering calls;

  Catalogue(ElementwiseLowering elementwise, FoldLowering folds, CallLowering calls) {
    this.elementwise = elementwise;
    this.folds = folds;
    this.calls = calls;
  }

  /// The kernels that compute with a type, and on the way to another. A structured kernel that is
  /// not written for it is among them.
  List<KernelSource> of(DType type) {
    List<KernelSource> kernels = new ArrayList<>();
    for (Program program : programs(type)) {
      kernels.addAll(elementwise.catalogue(program));
    }
    for (Reducer reducer : Tables.reducers(type)) {
      kernels.addAll(folds.catalogue(reducer, type));
    }
    for (String name : KernelFiles.kernels()) {
      kernels.add(calls.source(new Kernel(name, type)));
    }
    return kernels;
  }

  private static List<Program> programs(DType type) {
    List<Program> programs = new ArrayList<>();
    programs.add(FoldLowering.itself(type));
    programs.add(fill(type));
    for (Row.Family family : Row.Family.values()) {
      for (Row row : Tables.rows(family, type)) {
        addForms(row, type, programs);
      }
    }
    return programs;
  }

  private static void addForms(Row row, DType type, List<Program> programs) {
    if (row == Row.CAST) {
      for (DType to : DType.values()) {
        if (type.castsTo(to)) {
          programs.add(step(row, to, List.of(type), 0));
        }
      }
      return;
    }
    List<DType> arguments = new ArrayList<>();
    for (int a = 0; a < row.family().arity(); a++) {
      arguments.add(row.family() == Row.Family.SELECT && a == 0 ? DType.BOOL : type);
    }
    for (int scalars = 0; scalars < 1 << arguments.size(); scalars++) {
      if (hasForm(arguments.size(), scalars)) {
        programs.add(step(row, type, arguments, scalars));
      }
    }
  }

  /// Whether there is a kernel whose arguments are scalars where a bit says so: the last few, or the
  /// first of two. What has none gets its scalars from memory.
  static boolean hasForm(int arity, int scalars) {
    int tensors = arity - Integer.bitCount(scalars);
    return scalars == 0 || tensors > 0 && (scalars == (1 << arity) - (1 << tensors) || arity == 2);
  }

  /// The program that stores a scalar.
  static Program fill(DType type) {
    return Program.of(List.of(), List.of(type), List.of(), List.of(0));
  }

  /// A row as a program, each argument of which is an input or a scalar of its own.
  ///
  /// @param type of the instruction
  /// @param scalars which arguments are scalars, by bits
  static Program step(Row row, DType type, List<DType> arguments, int scalars) {
    List<DType> inputs = new ArrayList<>();
    List<DType> numbers = new ArrayList<>();
    List<Integer> values = new ArrayList<>();
    int tensors = arguments.size() - Integer.bitCount(scalars);
    for (int a = 0; a < arguments.size(); a++) {
      boolean isScalar = (scalars >> a & 1) != 0;
      values.add(isScalar ? tensors + numbers.size() : inputs.size());
      (isScalar ? numbers : inputs).add(arguments.get(a));
    }
    return Program.of(
        inputs, numbers, List.of(new Instruction(row, type, values)), List.of(arguments.size()));
  }
}
