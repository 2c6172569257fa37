package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.many;
import static dev.adjoint.ops.cases.OpCase.op;

import dev.adjoint.Tensor;
import java.util.List;

/// Rows of views, pieces and subscripts.
public final class ViewCases {

  private ViewCases() {}

  public static List<OpCase> rows() {
    return exact(
        op("view", "view(long[])", in -> in.x().view(in.longs("shape"))).ofDense(),
        op("reshape", "reshape(long[])", in -> in.x().reshape(in.longs("shape"))),
        op("flatten", "flatten()", in -> in.x().flatten()),
        op(
            "flatten.range",
            "flatten(int,int)",
            in -> in.x().flatten(in.integer("start"), in.integer("end"))),
        op("squeeze", "squeeze()", in -> in.x().squeeze()),
        op("squeeze.dim", "squeeze(int)", in -> in.x().squeeze(in.dim())),
        op("unsqueeze", "unsqueeze(int)", in -> in.x().unsqueeze(in.dim())),
        op(
            "transpose",
            "transpose(int,int)",
            in -> in.x().transpose(in.integer("a"), in.integer("b"))),
        op("t", "t()", in -> in.x().t()),
        op("permute", "permute(int[])", in -> in.x().permute(in.dims())),
        op(
            "movedim",
            "movedim(int,int)",
            in -> in.x().movedim(in.integer("from"), in.integer("to"))),
        op("diagonal", "diagonal()", in -> in.x().diagonal()),
        op(
            "diagonal.dims",
            "diagonal(long,int,int)",
            in -> in.x().diagonal(in.integer("offset"), in.integer("d1"), in.integer("d2"))),
        op("expand", "expand(long[])", in -> in.x().expand(in.longs("shape"))),
        op("expandAs", "expandAs(Tensor)", in -> in.x().expandAs(in.y())),
        op("select", "select(int,long)", in -> in.x().select(in.dim(), in.integer("index"))),
        op(
            "narrow",
            "narrow(int,long,long)",
            in -> in.x().narrow(in.dim(), in.integer("start"), in.integer("length"))),
        op("slice", "slice(int,long,long,long)", ViewCases::slice));
  }

  public static List<OpCase> pieces() {
    return exact(
        many("split", "split(long,int)", in -> in.x().split(in.integer("size"), in.dim())),
        many("split.sizes", "split(long[],int)", in -> in.x().split(in.longs("sizes"), in.dim())),
        many("chunk", "chunk(int,int)", in -> in.x().chunk(in.integer("n"), in.dim())),
        many("unbind", "unbind()", in -> in.x().unbind()),
        many("unbind.dim", "unbind(int)", in -> in.x().unbind(in.dim())),
        many("unbindCopy", "unbindCopy(int)", in -> in.x().unbindCopy(in.dim())),
        op("get", "get(long[])", in -> in.x().get(in.longs("at"))),
        op("get.index", "get(Index[])", in -> in.x().get(in.args().subscript(in.tensors()))),
        op("set.number", "set(Number,Index[])", ViewCases::setNumber),
        op("set.tensor", "set(Tensor,Index[])", ViewCases::setTensor));
  }

  /// Nothing is computed, so nothing may differ but by sums of gradients.
  private static List<OpCase> exact(OpCase... rows) {
    return List.of(rows).stream().map(row -> row.ulps(0, 4, 4)).toList();
  }

  private static Tensor slice(Inputs in) {
    return in.x().slice(in.dim(), in.integer("start"), in.integer("end"), in.integer("step"));
  }

  private static Tensor setNumber(Inputs in) {
    Tensor out = in.x().clone();
    out.set(in.n(), in.args().subscript(in.tensors()));
    return out;
  }

  private static Tensor setTensor(Inputs in) {
    Tensor out = in.x().clone();
    out.set(in.last(), in.args().subscript(in.tensors()));
    return out;
  }
}
