package dev.adjoint.ops.cases;

import dev.adjoint.Tensor;
import dev.adjoint.ValuesIndices;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A row: how to call one operation, and how far from PyTorch's numbers it may be.
///
/// @param op the name that golden lines use
/// @param covers the public methods the calls go to, as `name(Type,Type)`
/// @param inPlace the call that overwrites its first tensor; null where there is none
/// @param value how far elements may be off
/// @param gradient how far first derivatives may be off
/// @param second how far second derivatives may be off
/// @param elementwise whether each element depends on the elements at its place alone
/// @param dense whether strides may forbid the call, so that only dense ones are tried
public record OpCase(
    String op,
    List<String> covers,
    Function<Inputs, List<Tensor>> call,
    Function<Inputs, Tensor> inPlace,
    Bound value,
    Bound gradient,
    Bound second,
    boolean elementwise,
    boolean dense) {

  private static final Bound VALUE = new Bound(4, 2);
  private static final Bound GRADIENT = new Bound(8, 4);
  private static final Bound SECOND = new Bound(16, 8);

  /// A row of one tensor result; methods are separated by blanks.
  public static OpCase op(String op, String methods, Function<Inputs, Tensor> call) {
    return many(op, methods, in -> List.of(call.apply(in)));
  }

  /// A row of several results.
  public static OpCase many(String op, String methods, Function<Inputs, List<Tensor>> call) {
    List<String> covers = List.of(methods.split(" "));
    return new OpCase(op, covers, call, null, VALUE, GRADIENT, SECOND, false, false);
  }

  /// A row that returns values and where they were found.
  public static OpCase pair(String op, String methods, Function<Inputs, ValuesIndices> call) {
    return many(
        op,
        methods,
        in -> {
          ValuesIndices found = call.apply(in);
          return List.of(found.values(), found.indices());
        });
  }

  /// The row with a form that overwrites its first tensor and is called the same with `_`.
  public OpCase inPlace(Function<Inputs, Tensor> other) {
    List<String> all = new ArrayList<>(covers);
    covers.forEach(method -> all.add(method.replace("(", "_(")));
    return new OpCase(op, all, call, other, value, gradient, second, elementwise, dense);
  }

  /// The row marked as one whose elements do not depend on their neighbours.
  public OpCase each() {
    return new OpCase(op, covers, call, inPlace, value, gradient, second, true, dense);
  }

  /// The row marked as one that PyTorch, too, refuses for some strides.
  public OpCase ofDense() {
    return new OpCase(op, covers, call, inPlace, value, gradient, second, elementwise, true);
  }

  /// Whether the call is possible in an arrangement.
  public boolean accepts(Arrangement arrangement) {
    return !dense || arrangement == Arrangement.CONTIGUOUS;
  }

  /// The row with bounds in ulps, of which half is also allowed as an error at magnitude one.
  public OpCase ulps(double ofValue, double ofGradient, double ofSecond) {
    return within(
        new Bound(ofValue, ofValue / 2),
        new Bound(ofGradient, ofGradient / 2),
        new Bound(ofSecond, ofSecond / 2));
  }

  public OpCase within(Bound ofValue, Bound ofGradient, Bound ofSecond) {
    return new OpCase(op, covers, call, inPlace, ofValue, ofGradient, ofSecond, elementwise, dense);
  }

  @Override
  public String toString() {
    return op;
  }
}
