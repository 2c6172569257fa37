package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.many;
import static dev.adjoint.ops.cases.OpCase.op;
import static dev.adjoint.ops.cases.OpCase.pair;

import dev.adjoint.Tensor;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.nn.PoolOptions;
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
                in -> convolved(in, Tensor::conv2d, Tensor::conv2d, Tensor::conv2d)),
            pool("maxPool1d", Tensor::maxPool1d, Tensor::maxPool1d),
            pool("maxPool2d", Tensor::maxPool2d, Tensor::maxPool2d),
            pair(
                "maxPool2dWithIndices",
                "maxPool2dWithIndices(PoolOptions)",
                in -> in.x().maxPool2dWithIndices(pool(in.args()))),
            pool("avgPool1d", Tensor::avgPool1d, Tensor::avgPool1d),
            pool("avgPool2d", Tensor::avgPool2d, Tensor::avgPool2d),
            op(
                "layerNorm",
                "layerNorm(long[]) layerNorm(long[],Tensor,Tensor,double)",
                LayerCases::layerNorm),
            op(
                "groupNorm",
                "groupNorm(long) groupNorm(long,Tensor,Tensor,double)",
                LayerCases::groupNorm),
            many(
                "batchNorm",
                "batchNorm(Tensor,Tensor,Tensor,Tensor,boolean,double,double)",
                LayerCases::batchNorm))
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

  private static OpCase pool(
      String name,
      BiFunction<Tensor, Long, Tensor> plain,
      BiFunction<Tensor, PoolOptions, Tensor> all) {
    return op(
        name,
        "%1$s(long) %1$s(PoolOptions)".formatted(name),
        in -> {
          PoolOptions options = pool(in.args());
          long[] kernel = in.longs("kernel");
          return options.equals(PoolOptions.of(kernel[0]))
              ? plain.apply(in.x(), kernel[0])
              : all.apply(in.x(), options);
        });
  }

  private static PoolOptions pool(Args args) {
    PoolOptions options = PoolOptions.of(args.longs("kernel"));
    options = args.has("stride") ? options.stride(args.longs("stride")) : options;
    options = args.has("padding") ? options.padding(args.longs("padding")) : options;
    options = args.has("dilation") ? options.dilation(args.longs("dilation")) : options;
    options = args.has("include") ? options.countIncludePad(args.flag("include")) : options;
    options = args.has("divisor") ? options.divisor(args.integer("divisor")) : options;
    return options.ceilMode(args.flag("ceil"));
  }

  private static Tensor layerNorm(Inputs in) {
    long[] shape = in.longs("shape");
    return in.tensors().size() == 1
        ? in.x().layerNorm(shape)
        : in.x().layerNorm(shape, in.y(), operand(in, 2), in.args().real("eps", 1e-5));
  }

  private static Tensor groupNorm(Inputs in) {
    int groups = in.integer("groups");
    return in.tensors().size() == 1
        ? in.x().groupNorm(groups)
        : in.x().groupNorm(groups, in.y(), operand(in, 2), in.args().real("eps", 1e-5));
  }

  /// With what became of the running mean and variance.
  private static List<Tensor> batchNorm(Inputs in) {
    Tensor mean = in.y().clone();
    Tensor variance = in.z().clone();
    boolean training = in.flag("training");
    double momentum = in.args().real("momentum", 0.1);
    double epsilon = in.args().real("eps", 1e-5);
    Tensor weight = operand(in, 3);
    Tensor y =
        in.x().batchNorm(mean, variance, weight, operand(in, 4), training, momentum, epsilon);
    return List.of(y, mean, variance);
  }

  private static @Nullable Tensor operand(Inputs in, int index) {
    return index < in.tensors().size() ? in.tensors().get(index) : null;
  }
}
