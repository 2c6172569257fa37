package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.ErrorCase.two;
import static dev.adjoint.ops.cases.ErrorCases.doubles;
import static dev.adjoint.ops.cases.ErrorCases.zeros;

import dev.adjoint.Tensor;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.ShapeException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
    return Stream.of(convolutionShapes(), convolutionOptions(), convolutionTypes())
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

  private static Supplier<Tensor> bools(long... sizes) {
    return () -> zeros(sizes).get().to(DType.BOOL);
  }
}
