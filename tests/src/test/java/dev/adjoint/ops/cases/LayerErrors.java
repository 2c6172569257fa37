package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.ErrorCase.one;
import static dev.adjoint.ops.cases.ErrorCase.two;
import static dev.adjoint.ops.cases.ErrorCases.doubles;
import static dev.adjoint.ops.cases.ErrorCases.zeros;

import dev.adjoint.Tensor;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.nn.PoolOptions;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.ShapeException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Wrong calls of convolutions, pools and normalisations, in the order of
/// `tests/golden/layer_errors.py`.
final class LayerErrors {

  private static final Class<ShapeException> SHAPE = ShapeException.class;
  private static final Class<DTypeException> TYPE = DTypeException.class;
  private static final ConvOptions PLAIN = ConvOptions.DEFAULT;
  private static final Supplier<Tensor> IMAGE = zeros(1, 3, 5, 5);
  private static final Supplier<Tensor> WEIGHT = zeros(4, 3, 3, 3);

  private LayerErrors() {}

  static List<ErrorCase> all() {
    return Stream.of(
            convolutionShapes(),
            convolutionOptions(),
            convolutionTypes(),
            pools(),
            rowNorms(),
            batchNorms())
        .flatMap(List::stream)
        .toList();
  }

  private static ErrorCase conv2d(
      String name, Supplier<Tensor> x, Supplier<Tensor> weight, ConvOptions options) {
    return two(name, SHAPE, x, weight, in -> in.x().conv2d(in.y(), null, options));
  }

  private static List<ErrorCase> convolutionShapes() {
    return List.of(
        conv2d("conv2dRank", zeros(2, 3), WEIGHT, PLAIN),
        two("conv1dRank", SHAPE, zeros(3), zeros(4, 3, 3), in -> in.x().conv1d(in.y())),
        conv2d("conv2dWeightRank", zeros(2, 3, 4, 4), zeros(4, 3, 3), PLAIN),
        conv2d("conv2dChannels", zeros(1, 2, 5, 5), WEIGHT, PLAIN),
        new ErrorCase(
            "conv2dBias",
            SHAPE,
            () -> List.of(IMAGE.get(), WEIGHT.get(), zeros(3).get()),
            in -> in.x().conv2d(in.y(), in.z())),
        conv2d("conv2dRoom", zeros(1, 3, 2, 2), zeros(4, 3, 5, 5), PLAIN.padding(1).dilation(2)),
        two("conv1dRoom", SHAPE, zeros(1, 3, 2), zeros(4, 3, 3), in -> in.x().conv1d(in.y())),
        conv2d("conv2dNoHeight", zeros(1, 3, 0, 5), WEIGHT, PLAIN.padding(2)),
        conv2d("conv2dNoWeight", IMAGE, zeros(0, 3, 3, 3), PLAIN));
  }

  private static List<ErrorCase> convolutionOptions() {
    return List.of(
        conv2d("conv2dGroups", IMAGE, WEIGHT, PLAIN.groups(2)),
        conv2d("conv2dUnevenGroups", IMAGE, zeros(4, 1, 3, 3), PLAIN.groups(3)),
        conv2d("conv2dNoGroups", IMAGE, WEIGHT, PLAIN.groups(0)),
        conv2d("conv2dStride", IMAGE, WEIGHT, PLAIN.stride(0)),
        conv2d("conv2dStrides", IMAGE, WEIGHT, PLAIN.stride(1, 2, 3)),
        conv2d("conv2dPadding", IMAGE, WEIGHT, PLAIN.padding(-1)),
        conv2d("conv2dDilation", IMAGE, WEIGHT, PLAIN.dilation(0)));
  }

  private static List<ErrorCase> convolutionTypes() {
    return List.of(
        two(
            "conv2dTypes",
            TYPE,
            doubles(1, 1, 3, 3),
            zeros(1, 1, 2, 2),
            in -> in.x().conv2d(in.y())),
        new ErrorCase(
            "conv2dBiasType",
            TYPE,
            () -> List.of(zeros(1, 1, 3, 3).get(), zeros(1, 1, 2, 2).get(), doubles(1).get()),
            in -> in.x().conv2d(in.y(), in.z())),
        two(
            "conv2dBools",
            TYPE,
            bools(1, 1, 3, 3),
            bools(1, 1, 2, 2),
            in -> in.x().conv2d(in.y())));
  }

  private static ErrorCase pool(String name, Supplier<Tensor> x, PoolOptions options) {
    return one(name, SHAPE, x, t -> t.maxPool2d(options));
  }

  private static List<ErrorCase> pools() {
    Supplier<Tensor> plane = zeros(1, 1, 4, 4);
    PoolOptions pair = PoolOptions.of(2);
    return List.of(
        pool("maxPool2dRank", zeros(2, 3), pair),
        pool("maxPool2dRoom", zeros(1, 1, 2, 2), PoolOptions.of(3)),
        pool("maxPool2dPadding", plane, pair.padding(2)),
        pool("maxPool2dNegativePadding", plane, pair.padding(-1)),
        pool("maxPool2dStride", plane, pair.stride(0)),
        pool("maxPool2dKernel", plane, PoolOptions.of(0)),
        pool("maxPool2dKernels", plane, PoolOptions.of(2, 2, 2)),
        pool("maxPool2dDilation", plane, pair.dilation(0)),
        pool("maxPool2dChannels", zeros(1, 0, 4, 4), pair),
        one("maxPool2dBools", TYPE, bools(1, 1, 4, 4), t -> t.maxPool2d(2)),
        one("maxPool1dRank", SHAPE, zeros(4), t -> t.maxPool1d(2)),
        one("avgPool2dRoom", SHAPE, zeros(1, 1, 2, 2), t -> t.avgPool2d(3)),
        one("avgPool2dPadding", SHAPE, plane, t -> t.avgPool2d(pair.padding(2))),
        one("avgPool2dIntegers", TYPE, () -> plane.get().to(DType.INT32), t -> t.avgPool2d(2)));
  }

  private static List<ErrorCase> rowNorms() {
    Supplier<Tensor> rows = zeros(2, 3);
    long[] three = {3};
    return List.of(
        one("layerNormShape", SHAPE, rows, x -> x.layerNorm(4)),
        two(
            "layerNormWeight",
            SHAPE,
            rows,
            zeros(4),
            in -> in.x().layerNorm(three, in.y(), null, 1e-5)),
        one("layerNormNone", SHAPE, rows, x -> x.layerNorm()),
        one("layerNormIntegers", TYPE, integers(2, 3), x -> x.layerNorm(3)),
        two(
            "layerNormTypes",
            TYPE,
            doubles(2, 3),
            zeros(3),
            in -> in.x().layerNorm(three, in.y(), null, 1e-5)),
        one("groupNormGroups", SHAPE, zeros(2, 4, 3), x -> x.groupNorm(3)),
        two(
            "groupNormWeight",
            SHAPE,
            zeros(2, 4, 3),
            zeros(3),
            in -> in.x().groupNorm(2, in.y(), null, 1e-5)),
        one("groupNormRank", SHAPE, zeros(4), x -> x.groupNorm(2)));
  }

  private static List<ErrorCase> batchNorms() {
    Supplier<Tensor> rows = zeros(2, 3);
    return List.of(
        one("batchNormOne", SHAPE, zeros(1, 3), x -> train(x, null)),
        new ErrorCase(
            "batchNormRunning",
            SHAPE,
            () -> List.of(rows.get(), zeros(4).get(), zeros(4).get()),
            in -> in.x().batchNorm(in.y(), in.z(), null, null, false, 0.1, 1e-5)),
        one(
            "batchNormNoRunning",
            SHAPE,
            rows,
            x -> x.batchNorm(null, null, null, null, false, 0.1, 1e-5)),
        two("batchNormWeight", SHAPE, rows, zeros(4), in -> train(in.x(), in.y())),
        one("batchNormIntegers", TYPE, integers(2, 3), x -> train(x, null)));
  }

  private static Tensor train(Tensor x, @Nullable Tensor weight) {
    return x.batchNorm(null, null, weight, null, true, 0.1, 1e-5);
  }

  private static Supplier<Tensor> integers(long... sizes) {
    return () -> zeros(sizes).get().to(DType.INT64);
  }

  private static Supplier<Tensor> bools(long... sizes) {
    return () -> zeros(sizes).get().to(DType.BOOL);
  }
}
