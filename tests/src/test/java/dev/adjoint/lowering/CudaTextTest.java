package dev.adjoint.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the lowering writes is CUDA C, too: `nvcc` compiles all of it without a warning.
@Timeout(300)
class CudaTextTest {
  private static final Buffer MEMORY = () -> Long.MAX_VALUE;
  private static final List<DType> TYPES = List.of(DType.values());

  private final Lowering lowering =
      Lowering.forCuda(new Limits("cuda:0", 256, 48 << 10, 4, 500, true));

  /// One text of many kernels: each in a namespace, since they define the same types.
  private static String text(String rows, Collection<KernelSource> kernels) {
    StringBuilder text = new StringBuilder(rows);
    for (KernelSource kernel : kernels) {
      text.append("namespace of_").append(kernel.name()).append(" {\n");
      text.append(kernel.entry()).append("}\n");
    }
    return text.toString();
  }

  private static Set<String> entries(String ptx) {
    Set<String> entries = new TreeSet<>();
    ptx.lines()
        .filter(line -> line.startsWith(".visible .entry "))
        .forEach(line -> entries.add(line.substring(16, line.indexOf('('))));
    return entries;
  }

  private List<KernelSource> catalogue(DType type, boolean structured) {
    return lowering.catalogue(type).stream()
        .filter(k -> structured != k.name().matches("(elementwise|fold)_[0-9a-f]{20}"))
        .toList();
  }

  @Test
  void everyRowAndReducerOfEveryTypeCompiles(@TempDir Path folder) throws Exception {
    Nvcc.run(nvcc -> {
      String lowest = nvcc.architectures().getFirst();
      for (DType type : TYPES) {
        List<KernelSource> kernels = catalogue(type, false);
        assertTrue(kernels.size() > (type.isHalf() ? 4 : 100), type + ": " + kernels.size());
        String ptx = nvcc.compile(text(KernelFiles.rows(TYPES), kernels), lowest, folder);
        assertEquals(names(kernels), entries(ptx), type::toString);
      }
    });
  }

  private static Set<String> names(Collection<KernelSource> kernels) {
    Set<String> names = new TreeSet<>();
    kernels.forEach(kernel -> names.add(kernel.name()));
    return names;
  }

  @Test
  void everyStructuredKernelCompiles(@TempDir Path folder) throws Exception {
    Nvcc.run(nvcc -> {
      Set<String> made = new TreeSet<>();
      for (DType type : TYPES) {
        Map<String, KernelSource> files = new LinkedHashMap<>();
        catalogue(type, true).forEach(kernel -> files.putIfAbsent(kernel.entry(), kernel));
        String text = text(KernelFiles.words(type, false), files.values());
        made.addAll(entries(nvcc.compile(text, nvcc.architectures().getFirst(), folder)));
      }
      for (String kernel : KernelFiles.kernels()) {
        DType type = kernel.equals("random_int") ? DType.INT64 : DType.FLOAT32;
        assertTrue(made.contains(kernel + "_" + type.suffix()), kernel + " is not in " + made);
      }
    });
  }

  @Test
  void programsOfManyStepsCompileForEveryLayoutOnTheNewestArchitecture(@TempDir Path folder)
      throws Exception {
    Nvcc.run(nvcc -> {
      Map<String, KernelSource> kernels = new LinkedHashMap<>();
      for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32)) {
        Program program = fused(type);
        for (Launch launch : launches(program, type)) {
          for (KernelLaunch made : lowering.lower(launch, bytes -> MEMORY)) {
            kernels.put(made.source().name(), made.source());
          }
        }
      }
      assertTrue(kernels.size() >= 3 * (9 + 2 * 3), kernels::toString);
      String text = text(KernelFiles.rows(TYPES), kernels.values());
      String ptx = nvcc.compile(text, nvcc.architectures().getLast(), folder);
      assertEquals(kernels.keySet(), entries(ptx), "what was compiled");
      assertTrue(ptx.contains("ld.global.v4.f32") && ptx.contains("st.global.v4.f32"), "packs");
    });
  }

  /// v4 = x + s; v5 = x < v4; v6 = where(v5, v4, y); v7 = int64 of it; and the index.
  private static Program fused(DType type) {
    return Program.of(
        List.of(type, type),
        List.of(type),
        List.of(
            new Instruction(Row.of(Row.Family.BINARY, "add"), type, List.of(0, 2)),
            new Instruction(Row.of(Row.Family.COMPARE, "lt"), type, List.of(0, 3)),
            new Instruction(Row.WHERE, type, List.of(4, 3, 1)),
            new Instruction(Row.INDEX, DType.INT64, List.of()),
            new Instruction(Row.CAST, type, List.of(6)),
            new Instruction(Row.of(Row.Family.BINARY, "mul"), type, List.of(5, 7))),
        List.of(8));
  }

  private static List<Launch> launches(Program program, DType type) {
    List<Launch> launches = new ArrayList<>();
    long far = 1L << 31;
    long[][] shapes = {{3, 5}, {1 << 16}, {300, 300}, {40, 50, 60}, {2, 3, 2, 3, 2}};
    for (long[] shape : shapes) {
      for (long spread : new long[] {1, far}) {
        long[] out = rowMajor(shape, 1);
        Operand[] operands = {
          new Operand(MEMORY, 0, rowMajor(shape, 1)),
          new Operand(MEMORY, 4, rowMajor(shape, spread)),
          new Operand(MEMORY, 0, out)
        };
        launches.add(new Launch.Elementwise("sample", program, shape, operands, new long[] {1}));
        if (shape.length > 1) {
          operands[2] = new Operand(MEMORY, 0, new long[] {1, 1, 1, 1, 1});
          launches.add(
              new Launch.Fold("sum", Reducer.SUM, program, shape, 1, operands, new long[] {1}));
          launches.add(
              new Launch.Fold(
                  "max", Reducer.MAX, program, shape, shape.length, operands, new long[] {1}));
          launches.add(storing(program, shape, operands));
        }
      }
    }
    return launches;
  }

  /// A sum of the second input, beside which the program's value is stored.
  private static Launch storing(Program program, long[] shape, Operand[] operands) {
    Program both =
        Program.of(program.inputs(), program.scalars(), program.instructions(), List.of(8, 1));
    Operand stored = new Operand(MEMORY, 0, rowMajor(shape, 1));
    Operand[] more = {operands[0], operands[1], stored, operands[2]};
    return new Launch.Fold("sum", Reducer.SUM, both, shape, shape.length, more, new long[] {1});
  }

  private static long[] rowMajor(long[] shape, long step) {
    long[] strides = new long[shape.length];
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= shape[d];
    }
    return strides;
  }

  @Test
  void aKernelOfTheCatalogueHasTheNameThatLaunchesAskFor() {
    Set<String> names = names(lowering.catalogue(DType.FLOAT32));
    Program exp =
        Program.of(
            List.of(DType.FLOAT32),
            List.of(),
            List.of(new Instruction(Row.of(Row.Family.UNARY, "exp"), DType.FLOAT32, List.of(0))),
            List.of(1));
    for (long n : new long[] {5, 1 << 20}) {
      Operand[] operands = {
        new Operand(MEMORY, 0, new long[] {1}), new Operand(MEMORY, 0, new long[] {1})
      };
      Launch launch = new Launch.Elementwise("exp", exp, new long[] {n}, operands, new long[0]);
      String name = lowering.lower(launch, bytes -> MEMORY).getFirst().source().name();
      assertTrue(names.contains(name), name);
    }
    assertTrue(names.contains(lowering.source(new Kernel("softmax", DType.FLOAT32)).name()));
  }
}
