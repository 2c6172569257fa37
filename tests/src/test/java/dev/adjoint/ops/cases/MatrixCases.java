package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;

import java.util.List;

/// Rows of products of vectors, matrices and batches; sums cancel, hence the floor.
public final class MatrixCases {

  private static final Bound VALUE = new Bound(8, 32);
  private static final Bound DERIVATIVE = new Bound(16, 64);

  private MatrixCases() {}

  public static List<OpCase> rows() {
    return List.of(
            op("dot", "dot(Tensor)", in -> in.x().dot(in.y())),
            op("mv", "mv(Tensor)", in -> in.x().mv(in.y())),
            op("mm", "mm(Tensor)", in -> in.x().mm(in.y())),
            op("bmm", "bmm(Tensor)", in -> in.x().bmm(in.y())),
            op("matmul", "matmul(Tensor)", in -> in.x().matmul(in.y())),
            op("linear", "linear(Tensor)", in -> in.x().linear(in.y())),
            op("linear.bias", "linear(Tensor,Tensor)", in -> in.x().linear(in.y(), in.z())))
        .stream()
        .map(row -> row.within(VALUE, DERIVATIVE, DERIVATIVE))
        .toList();
  }
}
