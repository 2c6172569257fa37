package dev.adjoint.ops;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ops.Outcome.Aspect;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.Bound;
import dev.adjoint.ops.cases.Elements;
import dev.adjoint.ops.cases.GoldenCase;
import dev.adjoint.ops.cases.HostTensor;
import dev.adjoint.ops.cases.Inputs;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Runs one golden case in one arrangement and compares everything that it states.
///
/// @param floating what floats are that follow the type under test
record CaseRun(
    OpCase row, GoldenCase golden, DType floating, Device device, Arrangement arrangement) {

  /// Runs out of place, and in place where the row can and the result fits its input.
  void into(Outcome outcome) {
    guarded(outcome, "", this::outOfPlace);
    if (row.inPlace() != null && fitsItsInput()) {
      guarded(outcome, " in place", this::inPlace);
    }
  }

  private interface Step {
    void run(Outcome outcome);
  }

  private void guarded(Outcome outcome, String how, Step step) {
    try {
      step.run(outcome);
    } catch (RuntimeException | AssertionError | LinkageError e) {
      outcome.record(Aspect.VALUE, List.of(where(how) + ": threw " + e));
    }
  }

  private void outOfPlace(Outcome outcome) {
    List<Tensor> inputs = build(true);
    List<Tensor> results = row.call().apply(new Inputs(inputs, golden.args()));
    compareValues(results, outcome);
    compareInputs(inputs, outcome);
    compareGradients(results, inputs, "", outcome);
  }

  private void inPlace(Outcome outcome) {
    List<Tensor> inputs = build(true);
    Inputs arguments = new Inputs(inputs, golden.args());
    List<double[]> apart = row.call().apply(arguments).stream().map(Elements::download).toList();
    if (arrangement != Arrangement.EXPANDED) {
      Tensor plain = build(false).getFirst();
      Tensor overwritten = Tensors.noGrad(() -> row.inPlace().apply(arguments.startingWith(plain)));
      compareBitwise(overwritten, plain, apart.getFirst(), outcome);
    }
    if (golden.hasGradient()) {
      Tensor copy = inputs.getFirst().clone();
      Tensor overwritten = row.inPlace().apply(arguments.startingWith(copy));
      compareGradients(List.of(overwritten), inputs, " in place", outcome);
    }
  }

  private void compareBitwise(Tensor returned, Tensor target, double[] apart, Outcome outcome) {
    List<String> found = new ArrayList<>();
    if (returned != target) {
      found.add(where(" in place") + ": returned another tensor");
    }
    Comparison exact = new Comparison(where(" in place"), target.dtype(), Bound.EXACT, true);
    found.addAll(exact.differences(target, golden.inputs().getFirst().shape(), apart));
    outcome.record(Aspect.VALUE, found);
  }

  private boolean fitsItsInput() {
    HostTensor input = golden.inputs().getFirst();
    HostTensor output = golden.outputs().getFirst();
    return golden.outputs().size() == 1
        && Arrays.equals(input.shape(), output.shape())
        && input.type(floating) == output.type(floating);
  }

  private List<Tensor> build(boolean differentiated) {
    List<Tensor> out = new ArrayList<>();
    for (HostTensor input : golden.inputs()) {
      Tensor tensor = arrangement.build(input, input.type(floating), device);
      if (differentiated && input.differentiated()) {
        tensor.requiresGrad_();
      }
      out.add(tensor);
    }
    return out;
  }

  private void compareValues(List<Tensor> results, Outcome outcome) {
    List<HostTensor> expected = golden.outputs();
    List<String> found = new ArrayList<>();
    if (results.size() != expected.size()) {
      found.add(where("") + ": " + results.size() + " results, expected " + expected.size());
    } else {
      for (int i = 0; i < results.size(); i++) {
        HostTensor want = expected.get(i);
        String what = where(results.size() == 1 ? "" : " result " + i);
        Comparison values =
            new Comparison(
                what, want.type(floating), row.value().ofValue(floating), row.elementwise());
        found.addAll(values.differences(results.get(i), want.shape(), want.values()));
        long[] strides = results.get(i).stride();
        if (arrangement == Arrangement.CONTIGUOUS && stridesDiffer(want, strides)) {
          found.add(
              what
                  + ": strides "
                  + Arrays.toString(strides)
                  + ", expected "
                  + Arrays.toString(want.strides()));
        }
      }
    }
    outcome.record(Aspect.VALUE, found);
  }

  /// Strides of dimensions that are longer than one; nothing can tell the others.
  private static boolean stridesDiffer(HostTensor want, long[] got) {
    if (want.strides() == null || want.values().length == 0) {
      return false;
    }
    for (int d = 0; d < Math.min(got.length, want.rank()); d++) {
      if (want.shape()[d] > 1 && got[d] != want.strides()[d]) {
        return true;
      }
    }
    return false;
  }

  private void compareInputs(List<Tensor> inputs, Outcome outcome) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      HostTensor was = golden.inputs().get(i);
      String what = where(" input " + i + " afterwards");
      Comparison same = new Comparison(what, was.type(floating), Bound.EXACT, true);
      found.addAll(same.differences(inputs.get(i), was.shape(), was.values()));
    }
    outcome.record(Aspect.VALUE, found);
  }

  private void compareGradients(
      List<Tensor> results, List<Tensor> inputs, String how, Outcome outcome) {
    if (!golden.hasGradient()) {
      return;
    }
    Derivatives derivatives = new Derivatives(golden, floating, device);
    List<Tensor> first = derivatives.first(results, inputs);
    outcome.record(
        Aspect.GRADIENT,
        compareEach(
            first, golden.gradients(), row.gradient().ofGradient(floating), how + " gradient"));
    if (golden.hasSecond()) {
      List<Tensor> second = derivatives.second(first, inputs);
      outcome.record(
          Aspect.SECOND, compareEach(second, golden.seconds(), row.second(), how + " second"));
    }
  }

  /// A derivative that does not exist and one of zeros are the same.
  private List<String> compareEach(
      List<Tensor> got, List<double[]> expected, Bound bound, String what) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      HostTensor input = golden.inputs().get(i);
      if (!input.differentiated()) {
        continue;
      }
      double[] want = expected.get(i);
      want = want == null ? new double[input.values().length] : want;
      DType type = input.type(floating);
      Comparison derivative = new Comparison(where(what + " " + i), type, bound, false);
      found.addAll(
          got.get(i) == null
              ? derivative.differences(new double[want.length], input.shape(), want)
              : derivative.differences(got.get(i), input.shape(), want));
    }
    return found;
  }

  private String where(String what) {
    return golden.name() + " [" + arrangement.name().toLowerCase(Locale.ROOT) + "]" + what;
  }
}
