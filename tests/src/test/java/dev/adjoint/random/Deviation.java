package dev.adjoint.random;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The differences that are meant, each with the decision that says why. What follows one in its program
/// is not compared.
enum Deviation {
  /// ADR 5: a view made under noGrad does not claim to require a gradient.
  VIEW_WITHOUT_RECORDING(
      25,
      d ->
          !d.statement().recording()
              && !d.statement().results().isEmpty()
              && d.expectedWithout(" r -").equals(d.foundWithout(" - -"))),

  /// ADR 5: nor does a view that was made before its base was told to ask for one.
  VIEW_BEFORE_ASKING(
      3,
      d ->
          d.expected().contains(" r ")
              && d.program().asksLater(d.statement().arguments().getFirst(), d.at())),

  /// ADR 2: an operand that shares some places with the target is read as it was before the write.
  OVERLAPPING_OPERAND(
      12,
      d ->
          d.expected()
                  .startsWith(
                      "error unsupported operation: some elements of the input tensor and the"
                          + " written-to tensor refer to a single memory location")
              && (!d.failed() || d.found().startsWith("error output with shape"))),

  /// ADR 18: a target that overlaps itself is refused by fills too, and by a copy of itself.
  OVERLAPPING_FILL(
      5,
      d ->
          List.of("zero_", "fill_", "copy_").contains(d.statement().word())
              && !d.expected().startsWith("error")
              && d.found()
                  .startsWith("error unsupported operation: more than one element of the written")),

  /// ADR 18: a number in an operation is kept as a number, so a second pass does not miss it.
  NUMBER_NOT_SAVED(
      3,
      d ->
          d.expected().startsWith("error Trying to backward through the graph a second time")
              && !d.failed()),

  /// ADR 18: what grad returns is no view of anything, and may be written.
  GRADIENT_NO_VIEW(
      13,
      d ->
          (d.expected().startsWith("error A view was created in no_grad mode")
                  || d.expectedWithout("AsStridedBackward0").contains(" :0 "))
              && d.program().comesFromGradient(d.statement().arguments().getFirst(), d.at())),

  /// ADR 18: a gradient that grad returns went through the tensor's hooks, also where it goes on from there.
  CAPTURED_AFTER_HOOKS(
      9,
      d ->
          d.statement().word().equals("grad")
              && d.expected().startsWith("h")
              && d.expectedWithout("").equals(d.foundWithout(""))),

  /// ADR 18: the slope of a piecewise linear operation is a constant, and is not recorded.
  CONSTANT_SLOPE(
      16,
      d ->
          List.of("grad", "backward").contains(d.statement().word())
              && d.statement().arguments().stream().anyMatch(a -> a.matches("-[a-z]*c[a-z]*"))
              && !d.failed()
              && untracked(d.expectedWithout("")).equals(untracked(d.foundWithout("")))),

  /// ADR 11: outputs of unbind, split and chunk may be written.
  SEVERAL_VIEWS(
      251,
      d ->
          d.expected().matches(".*is.a.view.and.(is.being|its.base.or.another).*")
              && !d.found().matches(".*is.a.view.and.(is.being|its.base.or.another).*")),

  /// ADR 12: a write beside what was saved, or to what no formula here needs, does not invalidate it. The
  /// gradients are those of PyTorch without its check.
  WRITTEN_BESIDE(
      3,
      d ->
          d.expected().startsWith("error one of the variables needed for gradient computation")
              && d.isAsUnchecked()),

  /// ADR 11: results of one unbind share a node, which runs for all of them; in PyTorch they were selected.
  PARTS_SHARE_A_NODE(2, d -> d.program().hasParts() && d.hasAllThatIsExpected() && !d.failed()),

  /// ADR 18: where no gradient arrived at a leaf, hooks of its accumulation do not run.
  COLLECTED_NOTHING(
      1, d -> d.program().toString(d.at()).contains("collected ") && d.lacksHooksOnly()),

  /// ADR 18: roots are checked in their order.
  ROOTS_IN_ORDER(
      1,
      d ->
          d.expected().startsWith("error grad can be implicitly created")
              && d.found().startsWith("error element ")),

  /// ADR 18: shapes that do not fit are found before the target's history is looked at.
  SHAPES_FIRST(
      1,
      d ->
          d.expected().matches("error a (view of a )?leaf Variable that requires grad.*")
              && d.found().startsWith("error The size of tensor a")),

  /// ADR 18: of several saved tensors that were overwritten, another one may be named.
  OTHER_SAVED_TENSOR(
      32, d -> d.bothBegin("error one of the variables needed for gradient computation"));

  /// How many programs it may explain.
  final int atMost;

  private final Predicate<Difference> meant;

  Deviation(int atMost, Predicate<Difference> meant) {
    this.atMost = atMost;
    this.meant = meant;
  }

  private static String untracked(String shown) {
    return shown
        .replaceAll(" r node", " - -")
        .replaceAll(" r(?=;|$)", " -")
        .replaceAll(" r - v", " - - v");
  }

  /// The deviation that explains a difference, or null.
  static @Nullable Deviation of(Difference difference) {
    for (Deviation deviation : values()) {
      if (deviation.meant.test(difference)) {
        return deviation;
      }
    }
    return null;
  }
}
