package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;

import dev.adjoint.Tensors;
import java.util.List;

/// Rows of copies, gathers, scatters and joins.
public final class IndexingCases {

  private IndexingCases() {}

  public static List<OpCase> copies() {
    return exact(
        op("repeat", "repeat(long[])", in -> in.x().repeat(in.longs("times"))),
        op("flip", "flip(int[])", in -> in.x().flip(in.dims())),
        op("roll", "roll(long,int)", in -> in.x().roll(in.integer("shift"), in.dim())),
        op("clone", "clone()", in -> in.x().clone()),
        op("contiguous", "contiguous()", in -> in.x().contiguous()),
        op("copy", "copy_(Tensor)", in -> in.x().clone().copy_(in.y())),
        op("fill", "fill_(Number)", in -> in.x().clone().fill_(in.n())),
        op("zero", "zero_()", in -> in.x().clone().zero_()),
        op("to", "to(DType)", in -> in.x().to(in.type("dtype"))));
  }

  public static List<OpCase> lookups() {
    return exact(
        op("gather", "gather(int,Tensor)", in -> in.x().gather(in.dim(), in.y())),
        op("indexSelect", "indexSelect(int,Tensor)", in -> in.x().indexSelect(in.dim(), in.y())),
        op("maskedSelect", "maskedSelect(Tensor)", in -> in.x().maskedSelect(in.y())),
        op(
            "embedding",
            "Tensors.embedding(Tensor,Tensor)",
            in -> Tensors.embedding(in.x(), in.y())));
  }

  public static List<OpCase> scatters() {
    return exact(
        op("scatter", "scatter(int,Tensor,Tensor)", in -> in.x().scatter(in.dim(), in.y(), in.z()))
            .inPlace(in -> in.x().scatter_(in.dim(), in.y(), in.z())),
        op(
                "scatter.number",
                "scatter(int,Tensor,Number)",
                in -> in.x().scatter(in.dim(), in.y(), in.n()))
            .inPlace(in -> in.x().scatter_(in.dim(), in.y(), in.n())),
        op(
                "scatterAdd",
                "scatterAdd(int,Tensor,Tensor)",
                in -> in.x().scatterAdd(in.dim(), in.y(), in.z()))
            .inPlace(in -> in.x().scatterAdd_(in.dim(), in.y(), in.z())),
        op(
                "indexAdd",
                "indexAdd(int,Tensor,Tensor)",
                in -> in.x().indexAdd(in.dim(), in.y(), in.z()))
            .inPlace(in -> in.x().indexAdd_(in.dim(), in.y(), in.z())));
  }

  public static List<OpCase> joins() {
    return exact(
        op("cat", "Tensors.cat(List,int)", in -> Tensors.cat(in.tensors(), in.dim())),
        op("stack", "Tensors.stack(List,int)", in -> Tensors.stack(in.tensors(), in.dim())));
  }

  /// Elements are moved, not computed, but for sums of those that meet.
  private static List<OpCase> exact(OpCase... rows) {
    return List.of(rows).stream().map(row -> row.ulps(2, 4, 4)).toList();
  }
}
