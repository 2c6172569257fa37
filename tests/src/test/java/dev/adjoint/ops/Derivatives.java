package dev.adjoint.ops;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.GoldenCase;
import dev.adjoint.ops.cases.HostTensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Differentiates results as a golden case was differentiated: with its cotangents, then its
/// directions; an input that is not differentiated gets null.
record Derivatives(GoldenCase golden, DType floating, Device device) {

  List<Tensor> first(List<Tensor> results, List<Tensor> inputs) {
    return gradients(results, inputs, golden.cotangents(), GradOption.CREATE_GRAPH);
  }

  List<Tensor> second(List<Tensor> first, List<Tensor> inputs) {
    return gradients(first, inputs, golden.directions(), GradOption.RETAIN_GRAPH);
  }

  private List<Tensor> gradients(
      List<Tensor> from, List<Tensor> inputs, List<double[]> weights, GradOption keep) {
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> vectors = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      Tensor root = from.get(i);
      if (root != null && root.requiresGrad()) {
        roots.add(root);
        vectors.add(vector(root, weights.isEmpty() ? null : weights.get(i)));
      }
    }
    List<Tensor> leaves = inputs.stream().filter(Tensor::requiresGrad).toList();
    List<Tensor> found =
        roots.isEmpty()
            ? Collections.nCopies(leaves.size(), null)
            : Autograd.grad(roots, leaves, vectors, keep, GradOption.ALLOW_UNUSED);
    List<Tensor> out = new ArrayList<>();
    int next = 0;
    for (Tensor input : inputs) {
      out.add(input.requiresGrad() ? found.get(next++) : null);
    }
    return out;
  }

  private Tensor vector(Tensor root, double[] weights) {
    double[] values = weights;
    if (values == null) {
      values = new double[(int) root.numel()];
      Arrays.fill(values, 1);
    }
    HostTensor host = new HostTensor(null, root.shape().toArray(), values, false, null);
    return Arrangement.CONTIGUOUS.build(host, root.dtype(), device);
  }
}
