package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.ErrorCase.one;
import static dev.adjoint.ops.cases.ErrorCase.two;
import static dev.adjoint.ops.cases.ErrorCases.longs;
import static dev.adjoint.ops.cases.ErrorCases.zeros;

import dev.adjoint.Index;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.ShapeException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Wrong calls of what reads and writes by index, in the order of `tests/golden/errors.py`.
final class IndexErrors {

  private static final Class<ShapeException> SHAPE = ShapeException.class;
  private static final Class<DTypeException> TYPE = DTypeException.class;
  private static final Class<IndexException> INDEX = IndexException.class;

  private IndexErrors() {}

  static List<ErrorCase> all() {
    return Stream.of(halfway(), indexing(), nothing()).flatMap(List::stream).toList();
  }

  /// Indices are known to be wrong only after others have been used.
  private static List<ErrorCase> halfway() {
    return List.of(
        two(
            "setTensorIndex",
            INDEX,
            zeros(2, 3),
            longs(0, 2),
            in -> in.x().set(1.0, Index.of(in.y()))),
        two(
            "scatterAddInPlaceIndex",
            INDEX,
            zeros(2, 3),
            row(0, 1, 2),
            in -> in.x().scatterAdd_(0, in.y(), source(in, 1, 3))),
        two(
            "indexAddInPlaceIndex",
            INDEX,
            zeros(2, 3),
            longs(0, 2),
            in -> in.x().indexAdd_(0, in.y(), source(in, 2, 3))),
        two(
            "maskedFillInPlaceGrows",
            SHAPE,
            zeros(2),
            zeros(3, 2),
            in -> in.x().maskedFill_(in.y().eq(0), 1.0)));
  }

  private static List<ErrorCase> indexing() {
    return List.of(
        one("repeatFewer", SHAPE, zeros(2, 3), x -> x.repeat(2)),
        one("flipTwice", INDEX, zeros(2, 3), x -> x.flip(0, 0)),
        two("gatherType", TYPE, zeros(2, 3), zeros(1, 3), in -> in.x().gather(0, in.y())),
        two("gatherRank", SHAPE, zeros(2, 3), longs(0), in -> in.x().gather(0, in.y())),
        two("gatherIndex", INDEX, zeros(2, 3), row(2, 0, 0), in -> in.x().gather(0, in.y())),
        two("scatterIndex", INDEX, zeros(2, 3), row(2, 0, 0), in -> in.x().scatter(0, in.y(), 1.0)),
        two("scatterTypes", TYPE, zeros(2), longs(1), in -> in.x().scatter(0, in.y(), wide(in))),
        two(
            "scatterAddTypes",
            TYPE,
            zeros(2),
            longs(1),
            in -> in.x().scatterAdd(0, in.y(), wide(in))),
        two("indexSelectIndex", INDEX, zeros(2, 3), longs(2), in -> in.x().indexSelect(0, in.y())),
        two("indexSelectRank", SHAPE, zeros(2, 3), row(1), in -> in.x().indexSelect(0, in.y())),
        two("maskedSelectMask", TYPE, zeros(2), longs(0, 1), in -> in.x().maskedSelect(in.y())),
        two(
            "embeddingIndex",
            INDEX,
            zeros(3, 2),
            longs(4),
            in -> Tensors.embedding(in.x(), in.y())));
  }

  /// Index 0 where there is nothing to take.
  private static List<ErrorCase> nothing() {
    return List.of(
        two("getNothing", INDEX, zeros(0, 3), longs(0), in -> in.x().get(Index.of(in.y()))),
        two("setNothing", INDEX, zeros(0, 3), longs(0), in -> in.x().set(1, Index.of(in.y()))),
        two(
            "indexSelectNothing",
            INDEX,
            zeros(0, 3),
            longs(0),
            in -> in.x().indexSelect(0, in.y())),
        two("gatherNothing", INDEX, zeros(0, 3), row(0, 0, 0), in -> in.x().gather(0, in.y())),
        two(
            "embeddingNothing",
            INDEX,
            zeros(0, 3),
            longs(0),
            in -> Tensors.embedding(in.x(), in.y())));
  }

  private static Supplier<Tensor> row(long... values) {
    return () -> Tensors.tensor(values).view(1, -1);
  }

  private static Tensor source(Inputs in, long... sizes) {
    return Tensors.ones(Tensors.shape(sizes), DType.FLOAT32, in.x().device());
  }

  private static Tensor wide(Inputs in) {
    return Tensors.ones(Tensors.shape(1), DType.FLOAT64, in.x().device());
  }
}
