package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.GradCheck;
import dev.adjoint.ops.FiniteDifferences.Row;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.GoldenCase;
import dev.adjoint.ops.cases.HostTensor;
import dev.adjoint.ops.cases.Inputs;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Every differentiable operation passes gradcheck and gradgradcheck in every layout, in float64: along
/// random directions, since [FiniteDifferences] goes through the elements of contiguous ones.
final class LayoutGradients {
  private static final GradCheck CHECK =
      GradCheck.DEFAULTS.eps(1e-5).atol(2e-5).rtol(2e-5).fast(true);
  private static final int CASES = 2;

  // Its running statistics change with the input, outside of the graph.
  private static final String KEEPS_STATISTICS = "batchNorm";

  private LayoutGradients() {}

  static void check(Row row) {
    List<String> found = new ArrayList<>();
    int checked = 0;
    for (Arrangement arrangement : Arrangement.values()) {
      List<GoldenCase> cases =
          FiniteDifferences.differentiable(row.row()).stream()
              .filter(arrangement::changes)
              .limit(cases(row, arrangement))
              .toList();
      for (GoldenCase golden : cases) {
        checked++;
        try (Scope _ = Scope.open()) {
          check(row, golden, arrangement);
        } catch (GraphException e) {
          found.add(golden.name() + " " + arrangement + ": " + e.getMessage());
        }
      }
    }
    assertTrue(checked > 0, "checks nothing");
    assertTrue(found.isEmpty(), () -> row + ":\n  " + String.join("\n  ", found));
  }

  private static int cases(Row row, Arrangement arrangement) {
    if (!row.row().accepts(arrangement)) {
      return 0;
    }
    return arrangement == Arrangement.CONTIGUOUS ? 1 : CASES;
  }

  private static void check(Row row, GoldenCase golden, Arrangement arrangement) {
    List<Tensor> inputs = new ArrayList<>();
    for (HostTensor host : golden.inputs()) {
      Arrangement own = host.differentiated() ? Arrangement.CONTIGUOUS : arrangement;
      Tensor t = own.build(host, host.type(DType.FLOAT64), row.device());
      inputs.add(host.differentiated() ? t.requiresGrad_() : t);
    }
    UnaryOperator<List<Tensor>> call =
        in -> {
          Inputs arranged = new Inputs(arranged(in, golden, arrangement), golden.args());
          List<Tensor> results = row.row().call().apply(arranged);
          return row.row().op().equals(KEEPS_STATISTICS) ? results.subList(0, 1) : results;
        };
    CHECK.first(call, inputs);
    CHECK.second(call, inputs);
  }

  private static List<Tensor> arranged(
      List<Tensor> in, GoldenCase golden, Arrangement arrangement) {
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < in.size(); i++) {
      HostTensor host = golden.inputs().get(i);
      out.add(host.differentiated() ? arranged(in.get(i), host, arrangement) : in.get(i));
    }
    return out;
  }

  /// The same elements in another layout, by way of operations that have gradients.
  private static Tensor arranged(Tensor x, HostTensor host, Arrangement arrangement) {
    return switch (arrangement) {
      case CONTIGUOUS -> x;
      case TRANSPOSED -> reversed(reversed(x).contiguous());
      case SLICED -> Tensors.stack(List.of(x, x), x.dim()).select(x.dim(), 1);
      case EXPANDED -> expanded(x, host);
    };
  }

  private static Tensor reversed(Tensor x) {
    int[] order = new int[x.dim()];
    for (int d = 0; d < order.length; d++) {
      order[d] = order.length - 1 - d;
    }
    return x.permute(order);
  }

  private static Tensor expanded(Tensor x, HostTensor host) {
    for (int d = 0; d < x.dim(); d++) {
      if (host.repeatsAlong(d)) {
        return x.narrow(d, 0, 1).expand(x.shape().toArray());
      }
    }
    return x;
  }
}
