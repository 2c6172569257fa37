package dev.adjoint.op.layer;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The gradient of x for h, the gradient of z = (x - mean) r, where r = 1 / √(variance + epsilon):
/// r (h - mean(h) - z mean(h z)), with the means over some dimensions. It is linear in h, and its own
/// transpose.
record Centred(List<Integer> over, double epsilon) implements Compute {
  @Override
  public String node() {
    return "NativeLayerNormBackwardBackward0";
  }

  private int[] dims() {
    return over.stream().mapToInt(Integer::intValue).toArray();
  }

  private Tensor mean(Tensor t) {
    return t.mean(dims(), true);
  }

  /// In tensor methods that can be differentiated, z and r.
  private Tensor[] standard(Tensor x) {
    Tensor rest = x.sub(mean(x));
    Tensor r = mean(rest.square()).add(epsilon).rsqrt();
    return new Tensor[] {rest.mul(r), r};
  }

  @Override
  public List<Tensor> forward(List<Tensor> inputs) {
    Tensor h = inputs.get(0);
    Tensor[] standard = standard(inputs.get(1));
    Tensor z = standard[0];
    return List.of(standard[1].mul(h.sub(mean(h)).sub(z.mul(mean(h.mul(z))))));
  }

  @Override
  public int saves(boolean[] needs) {
    return Derivative.INPUT_0 | Derivative.INPUT_1;
  }

  @Override
  public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
    Tensor u = requireNonNull(gradients.getFirst());
    Tensor h = saved.input(0);
    Tensor x = saved.input(1);
    Tensor ofH = Dispatch.single(this, u, x);
    if (!saved.needs(1)) {
      return Arrays.asList(ofH, null);
    }
    Tensor[] standard = standard(x);
    Tensor z = standard[0];
    Tensor back = Dispatch.single(this, h, x);
    Tensor ofX =
        z.mul(mean(u.mul(back)))
            .add(mean(h.mul(z)).mul(ofH))
            .add(mean(u.mul(z)).mul(back))
            .mul(standard[1].neg());
    return Arrays.asList(saved.needs(0) ? ofH : null, ofX);
  }
}
