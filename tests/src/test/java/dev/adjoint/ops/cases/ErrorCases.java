package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.ErrorCase.bare;
import static dev.adjoint.ops.cases.ErrorCase.one;
import static dev.adjoint.ops.cases.ErrorCase.two;

import dev.adjoint.Index;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.nn.Losses;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.ShapeException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Every wrong call, in the order of `tests/golden/errors.py`; of layers in [LayerErrors].
public final class ErrorCases {

  private static final Class<ShapeException> SHAPE = ShapeException.class;
  private static final Class<DTypeException> TYPE = DTypeException.class;
  private static final Class<IndexException> INDEX = IndexException.class;
  private static final Class<GraphException> GRAPH = GraphException.class;

  private ErrorCases() {}

  public static List<ErrorCase> all() {
    return Stream.of(
            elementwise(),
            writing(),
            numbers(),
            reductions(),
            views(),
            subscripts(),
            IndexErrors.all(),
            joins(),
            products(),
            LayerErrors.all())
        .flatMap(List::stream)
        .toList();
  }

  private static List<ErrorCase> elementwise() {
    return List.of(
        two("addShapes", SHAPE, zeros(2), zeros(3), in -> in.x().add(in.y())),
        two("addShapesInner", SHAPE, zeros(4, 2, 3), zeros(4, 1), in -> in.x().add(in.y())),
        two("mulShapesTwice", SHAPE, zeros(2, 4), zeros(4, 2), in -> in.x().mul(in.y())),
        two(
            "whereShapes",
            SHAPE,
            mask(true, false),
            zeros(3),
            in -> Tensors.where(in.x(), in.y(), in.y())),
        two("subBools", TYPE, mask(true), mask(false), in -> in.x().sub(in.y())),
        one("negBool", TYPE, mask(true), Tensor::neg),
        one("powNegativeInteger", TYPE, longs(1, 2), x -> x.pow(-1)),
        two("lerpTypes", TYPE, zeros(2), doubles(2), in -> in.x().lerp(in.y(), 0.5)),
        two(
            "whereCondition",
            TYPE,
            zeros(2),
            zeros(2),
            in -> Tensors.where(in.x(), in.y(), in.y())),
        two("maskedFillMask", TYPE, zeros(2), longs(0, 1), in -> in.x().maskedFill(in.y(), 1.0)),
        two(
            "maskedFillValue",
            SHAPE,
            zeros(2),
            mask(true, false),
            in -> in.x().maskedFill(in.y(), in.x())));
  }

  private static List<ErrorCase> writing() {
    return List.of(
        two("mulInPlaceGrows", SHAPE, zeros(2), zeros(3, 2), in -> in.x().mul_(in.y())),
        one("addInPlaceFloatNumber", TYPE, longs(1, 2), x -> x.add_(2.5)),
        two("addInPlaceFloatTensor", TYPE, longs(1, 2), zeros(2), in -> in.x().add_(in.y())),
        one("divInPlaceIntegers", TYPE, longs(1, 2), x -> x.div_(2)),
        one("sqrtInPlaceIntegers", TYPE, longs(1, 2), Tensor::sqrt_),
        one("leafInPlace", GRAPH, leaf(2), x -> x.add_(1)),
        one("viewOfLeafInPlace", GRAPH, leaf(2), x -> x.view(2, 1).add_(1)),
        one("expandedInPlace", SHAPE, zeros(1), x -> x.expand(3).add_(1)),
        two("copyShapes", SHAPE, zeros(2), zeros(3), in -> in.x().copy_(in.y())),
        one("requiresGradInteger", TYPE, longs(1), Tensor::requiresGrad_),
        one("itemOfMany", SHAPE, zeros(2), Tensor::item),
        two("setShape", SHAPE, zeros(2, 3), zeros(2), in -> in.x().set(in.y(), Index.at(0))));
  }

  private static List<ErrorCase> numbers() {
    return List.of(
        two("lerpIntegers", TYPE, longs(1, 2), longs(3, 4), in -> in.x().lerp(in.y(), 0.5)),
        two(
            "lerpInPlaceIntegers",
            TYPE,
            longs(1, 2),
            longs(3, 4),
            in -> in.x().lerp_(in.y(), in.y())),
        two(
            "addcdivInPlaceIntegers",
            TYPE,
            longs(1, 2),
            longs(3, 4),
            in -> in.x().addcdiv_(in.y(), in.y(), 1)),
        two(
            "maskedFillRange",
            TYPE,
            bytes(2),
            mask(true, false),
            in -> in.x().maskedFill_(in.y(), 300)),
        two(
            "whereRange",
            TYPE,
            bytes(2),
            mask(true, false),
            in -> Tensors.where(in.y(), in.x(), 300)),
        one("clampRange", TYPE, bytes(2), x -> x.clamp_(-1, 300)),
        one("powRange", TYPE, bytes(2), x -> x.pow_(300)),
        one("fillRange", TYPE, bytes(2), x -> x.fill_(-256)),
        one("fillNan", TYPE, longs(1, 2), x -> x.fill_(Double.NaN)),
        two("scatterRange", TYPE, bytes(2), longs(0), in -> in.x().scatter(0, in.y(), 300)),
        one("setRange", TYPE, bytes(2), x -> x.set(300, Index.at(0))),
        one("fullRange", TYPE, zeros(2), x -> Tensors.fullLike(x, 1e300)));
  }

  private static List<ErrorCase> reductions() {
    return List.of(
        one("sumDim", INDEX, zeros(2, 3), x -> x.sum(2)),
        one("sumDimTwice", INDEX, zeros(2, 3), x -> x.sum(0, -2)),
        one("meanIntegers", TYPE, longs(1, 2), Tensor::mean),
        one("maxEmpty", SHAPE, zeros(0), Tensor::max),
        one("maxDimEmpty", INDEX, zeros(2, 0), x -> x.max(1)),
        one("amaxEmpty", INDEX, zeros(2, 0), x -> x.amax(1)),
        one("argmaxEmpty", INDEX, zeros(0), Tensor::argmax),
        one("varIntegers", TYPE, longs(1, 2), Tensor::var),
        one("topkTooMany", INDEX, zeros(3), x -> x.topk(4)),
        one("cumsumDim", INDEX, zeros(2), x -> x.cumsum(1)),
        one("softmaxDim", INDEX, zeros(2), x -> x.softmax(1)),
        one("sortDim", INDEX, zeros(2), x -> x.sort(1, false)));
  }

  private static List<ErrorCase> views() {
    return List.of(
        one("viewStrides", SHAPE, zeros(2, 3), x -> x.t().view(6)),
        one("viewSize", SHAPE, zeros(2, 3), x -> x.view(5)),
        one("viewInferredTwice", SHAPE, zeros(2, 3), x -> x.view(-1, -1)),
        one("viewInferredUneven", SHAPE, zeros(2, 3), x -> x.view(-1, 4)),
        one("reshapeSize", SHAPE, zeros(2, 3), x -> x.reshape(4, 2)),
        one("transposeDim", INDEX, zeros(2, 3), x -> x.transpose(0, 2)),
        one("tRank", SHAPE, zeros(2, 3, 4), Tensor::t),
        one("permuteTwice", SHAPE, zeros(2, 3), x -> x.permute(0, 0)),
        one("unsqueezeDim", INDEX, zeros(2, 3), x -> x.unsqueeze(4)),
        one("squeezeDim", INDEX, zeros(2, 3), x -> x.squeeze(2)),
        one("expandSize", SHAPE, zeros(3), x -> x.expand(2)),
        one("expandSizes", SHAPE, zeros(2, 4), x -> x.expand(3, 5)),
        one("expandFewer", SHAPE, zeros(2, 3), x -> x.expand(3)),
        one("selectIndex", INDEX, zeros(2, 3), x -> x.select(0, 2)),
        one("selectScalar", INDEX, zeros(), x -> x.select(0, 0)),
        one("narrowLength", SHAPE, zeros(2, 3), x -> x.narrow(1, 2, 2)),
        one("splitSizes", SHAPE, zeros(5), x -> x.split(new long[] {2, 2}, 0)),
        one("chunkNone", SHAPE, zeros(5), x -> x.chunk(0, 0)),
        one("unbindScalar", INDEX, zeros(), Tensor::unbind),
        one("diagonalSame", SHAPE, zeros(2, 3), x -> x.diagonal(0, 1, 1)));
  }

  private static List<ErrorCase> subscripts() {
    return List.of(
        one("getIndex", INDEX, zeros(2, 3), x -> x.get(2)),
        one("getTooMany", INDEX, zeros(2), x -> x.get(0, 0)),
        one("getScalar", INDEX, zeros(), x -> x.get(0)),
        two("getTensorIndex", INDEX, zeros(2, 3), longs(0, 5), in -> in.x().get(Index.of(in.y()))),
        two(
            "getMaskShape",
            INDEX,
            zeros(2, 3),
            mask(true, false, true),
            in -> in.x().get(Index.of(in.y()))));
  }

  private static List<ErrorCase> joins() {
    return List.of(
        two("catSizes", SHAPE, zeros(3, 2), zeros(2, 3), in -> Tensors.cat(in.tensors(), 0)),
        two("catRanks", SHAPE, zeros(3, 2), zeros(2), in -> Tensors.cat(in.tensors(), 0)),
        bare("catNone", SHAPE, () -> Tensors.cat(List.of(), 0)),
        two("stackSizes", SHAPE, zeros(2), zeros(3), in -> Tensors.stack(in.tensors(), 0)),
        bare("stackNone", SHAPE, () -> Tensors.stack(List.of(), 0)));
  }

  private static List<ErrorCase> products() {
    return List.of(
        two("dotSizes", SHAPE, zeros(2), zeros(3), in -> in.x().dot(in.y())),
        two("dotRank", SHAPE, zeros(2, 2), zeros(2), in -> in.x().dot(in.y())),
        two("mvSizes", SHAPE, zeros(2, 3), zeros(2), in -> in.x().mv(in.y())),
        two("mmSizes", SHAPE, zeros(2, 3), zeros(2, 3), in -> in.x().mm(in.y())),
        two("mmRank", SHAPE, zeros(3), zeros(3, 2), in -> in.x().mm(in.y())),
        two("mmTypes", TYPE, zeros(2, 2), doubles(2, 2), in -> in.x().mm(in.y())),
        two("bmmRank", SHAPE, zeros(2, 2), zeros(2, 2, 2), in -> in.x().bmm(in.y())),
        two("matmulScalar", SHAPE, zeros(), zeros(2), in -> in.x().matmul(in.y())),
        two(
            "crossEntropyTarget",
            INDEX,
            zeros(2, 3),
            longs(0, 3),
            in -> Losses.crossEntropy(in.x(), in.y())),
        two(
            "nllLossBatch",
            SHAPE,
            zeros(2, 3),
            longs(0, 1, 2),
            in -> Losses.nllLoss(in.x(), in.y())),
        two("mseLossShapes", SHAPE, zeros(2), zeros(3), in -> Losses.mseLoss(in.x(), in.y())));
  }

  static Supplier<Tensor> zeros(long... sizes) {
    return () -> Tensors.zeros(sizes);
  }

  static Supplier<Tensor> doubles(long... sizes) {
    return () -> Tensors.zeros(sizes).to(DType.FLOAT64);
  }

  private static Supplier<Tensor> bytes(long... sizes) {
    return () -> Tensors.zeros(sizes).to(DType.UINT8);
  }

  private static Supplier<Tensor> leaf(long... sizes) {
    return () -> Tensors.zeros(sizes).requiresGrad_();
  }

  static Supplier<Tensor> longs(long... values) {
    return () -> Tensors.tensor(values);
  }

  static Supplier<Tensor> mask(boolean... values) {
    return () -> Tensors.tensor(values);
  }
}
