package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.layout.Iteration;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Gives a program its operands and hands it to the device.
final class ProgramLaunch {
  private ProgramLaunch() {}

  /// Launches over the targets' shape, which all of them have.
  ///
  /// @param writer what overwrites the targets; null when nobody has seen their memory yet
  static void of(
      ProgramBuilder builder,
      Storage[] targets,
      Layout[] layouts,
      String op,
      @Nullable String writer) {
    Program program = builder.build();
    Source[] inputs = builder.inputs();
    Iteration nest = nest(inputs, layouts);
    Operand[] operands = inputs(inputs, nest, targets.length);
    for (int i = 0; i < targets.length; i++) {
      int at = inputs.length + i;
      operands[at] = target(targets[i], layouts[i], nest.strides(at), writer);
    }
    targets[0]
        .device()
        .launch(new Launch.Elementwise(op, program, nest.shape(), operands, builder.scalars()));
    builder.parts().forEach(Storage::repeated);
    for (Storage target : targets) {
      target.realized();
    }
  }

  static Operand target(Storage target, Layout layout, long[] strides, @Nullable String writer) {
    return writer == null
        ? target.forFilling(layout.offset(), strides)
        : target.forWriting(layout, strides, writer);
  }

  /// Launches a fold of the program's last output into contiguous memory.
  ///
  /// @param order the value's dimensions, kept ones first
  /// @param shape of the value in that order
  /// @param kept the dimensions that are not folded
  /// @param stored what the other outputs fill, contiguous and of that shape
  static void fold(
      ProgramBuilder builder,
      Reducer reducer,
      int[] order,
      Shape shape,
      Shape kept,
      Storage out,
      Storage... stored) {
    Program program = builder.build();
    Source[] inputs = builder.inputs();
    int n = inputs.length;
    int last = n + stored.length;
    long[][] strides = new long[last + 1][];
    for (int i = 0; i < n; i++) {
      strides[i] = inputs[i].layout().permute(order).strides();
    }
    Arrays.fill(strides, n, last, Layout.contiguous(shape).strides());
    strides[last] = Arrays.copyOf(Layout.contiguous(kept).strides(), shape.rank());
    Iteration nest = Iteration.of(shape.toArray(), strides, kept.rank());
    Operand[] operands = inputs(inputs, nest, stored.length + 1);
    for (int i = n; i < last; i++) {
      operands[i] = stored[i - n].forFilling(0, nest.strides(i));
    }
    operands[last] = out.forFilling(0, Arrays.copyOf(nest.strides(last), nest.kept()));
    int folded = nest.shape().length - nest.kept();
    String op = reducer.name().toLowerCase(Locale.ROOT);
    out.device()
        .launch(
            new Launch.Fold(
                op, reducer, program, nest.shape(), folded, operands, builder.scalars()));
    builder.parts().forEach(Storage::repeated);
    for (Storage target : stored) {
      target.realized();
    }
  }

  static Iteration nest(Source[] inputs, Layout... outputs) {
    int n = inputs.length;
    boolean flat = true;
    for (Source s : inputs) {
      flat &= s.layout().isContiguous();
    }
    for (Layout l : outputs) {
      flat &= l.isContiguous();
    }
    Shape shape = outputs[0].shape();
    if (flat) {
      return Iteration.flat(shape.elements());
    }
    long[][] strides = new long[n + outputs.length][];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = (i < n ? inputs[i].layout() : outputs[i - n]).strides();
    }
    return Iteration.of(shape.toArray(), strides, shape.rank());
  }

  /// The inputs as operands, and room for the outputs after them.
  static Operand[] inputs(Source[] inputs, Iteration nest, int outputs) {
    Operand[] operands = new Operand[inputs.length + outputs];
    for (int i = 0; i < inputs.length; i++) {
      Source s = inputs[i];
      operands[i] = s.storage().forReading(s.layout().offset(), nest.strides(i));
    }
    return operands;
  }
}
