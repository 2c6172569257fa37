package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;

import dev.adjoint.Tensor;
import dev.adjoint.nn.ConvOptions;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rows of convolutions, pools and normalisations; sums cancel, hence the floor.
public final class LayerCases {

  private static final Bound VALUE = new Bound(8, 32);
  private static final Bound DERIVATIVE = new Bound(16, 64);

  private LayerCases() {}

  public static List<OpCase> rows() {
    return Stream.of(
            op(
                "conv1d",
                convolution("conv1d"),
                in -> convolved(in, Tensor::conv1d, Tensor::conv1d, Tensor::conv1d)),
            op(
                "conv2d",
                convolution("conv2d"),
                in -> convolved(in, Tensor::conv2d, Tensor::conv2d, Tensor::conv2d)))
        .map(row -> row.within(VALUE, DERIVATIVE, DERIVATIVE))
        .toList();
  }

  private static String convolution(String name) {
    return "%1$s(Tensor) %1$s(Tensor,Tensor) %1$s(Tensor,Tensor,ConvOptions)".formatted(name);
  }

  private interface WithBias {
    Tensor apply(Tensor x, Tensor weight, Tensor bias);
  }

  private interface WithOptions {
    Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options);
  }

  /// The shortest call that says what there is to say.
  private static Tensor convolved(
      Inputs in, BiFunction<Tensor, Tensor, Tensor> plain, WithBias biased, WithOptions all) {
    Tensor bias = in.tensors().size() == 3 ? in.z() : null;
    ConvOptions options = options(in.args());
    if (!options.equals(ConvOptions.DEFAULT)) {
      return all.apply(in.x(), in.y(), bias, options);
    }
    return bias == null ? plain.apply(in.x(), in.y()) : biased.apply(in.x(), in.y(), bias);
  }

  private static ConvOptions options(Args args) {
    ConvOptions options = ConvOptions.DEFAULT;
    options = args.has("stride") ? options.stride(args.longs("stride")) : options;
    options = args.has("padding") ? options.padding(args.longs("padding")) : options;
    options = args.has("dilation") ? options.dilation(args.longs("dilation")) : options;
    return args.has("groups") ? options.groups(args.integer("groups")) : options;
  }
}
