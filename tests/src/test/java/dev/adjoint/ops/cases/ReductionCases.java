package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;
import static dev.adjoint.ops.cases.OpCase.pair;

import java.util.List;

/// Rows of reductions, scans and orderings; the wide bounds belong to cases that subtract large
/// numbers from each other, where PyTorch's own float32 needs half of them.
public final class ReductionCases {

  private ReductionCases() {}

  public static List<OpCase> ofSeveral() {
    return List.of(
        op("sum", "sum()", in -> in.x().sum()),
        op(
            "sum.dims",
            "sum(int[]) sum(int[],boolean)",
            in -> in.keepdim() ? in.x().sum(in.dims(), true) : in.x().sum(in.dims())),
        op("mean", "mean()", in -> in.x().mean()),
        op(
            "mean.dims",
            "mean(int[]) mean(int[],boolean)",
            in -> in.keepdim() ? in.x().mean(in.dims(), true) : in.x().mean(in.dims())),
        op(
                "amax.dims",
                "amax(int[]) amax(int[],boolean)",
                in -> in.keepdim() ? in.x().amax(in.dims(), true) : in.x().amax(in.dims()))
            .ulps(0, 2, 2),
        op(
                "amin.dims",
                "amin(int[]) amin(int[],boolean)",
                in -> in.keepdim() ? in.x().amin(in.dims(), true) : in.x().amin(in.dims()))
            .ulps(0, 2, 2),
        op(
                "logsumexp.dims",
                "logsumexp(int[]) logsumexp(int[],boolean)",
                in ->
                    in.keepdim() ? in.x().logsumexp(in.dims(), true) : in.x().logsumexp(in.dims()))
            .ulps(4, 128, 256));
  }

  public static List<OpCase> spread() {
    return List.of(
        op("var", "var()", in -> in.x().var()).ulps(8, 64, 16),
        op("std", "std()", in -> in.x().std()).ulps(24, 64, 256),
        op(
                "var.dims",
                "var(int[],int,boolean)",
                in -> in.x().var(in.dims(), in.integer("correction"), in.keepdim()))
            .ulps(4, 8, 16),
        op(
                "std.dims",
                "std(int[],int,boolean)",
                in -> in.x().std(in.dims(), in.integer("correction"), in.keepdim()))
            .ulps(4, 8, 16),
        op("norm", "norm()", in -> in.x().norm()),
        op("norm.p", "norm(Number)", in -> in.x().norm(in.number("p"))).ulps(4, 8, 16),
        op(
                "norm.dims",
                "norm(Number,int[],boolean)",
                in -> in.x().norm(in.number("p"), in.dims(), in.keepdim()))
            .ulps(4, 8, 16));
  }

  public static List<OpCase> ofOne() {
    return List.of(
        op("prod", "prod()", in -> in.x().prod()),
        op(
            "prod.dim",
            "prod(int) prod(int,boolean)",
            in -> in.keepdim() ? in.x().prod(in.dim(), true) : in.x().prod(in.dim())),
        op("max", "max()", in -> in.x().max()).ulps(0, 1, 1),
        op("min", "min()", in -> in.x().min()).ulps(0, 1, 1),
        op("median", "median()", in -> in.x().median()).ulps(0, 1, 1),
        pair(
                "max.dim",
                "max(int) max(int,boolean)",
                in -> in.keepdim() ? in.x().max(in.dim(), true) : in.x().max(in.dim()))
            .ulps(0, 0, 0),
        pair(
                "min.dim",
                "min(int) min(int,boolean)",
                in -> in.keepdim() ? in.x().min(in.dim(), true) : in.x().min(in.dim()))
            .ulps(0, 0, 0),
        pair(
                "median.dim",
                "median(int) median(int,boolean)",
                in -> in.keepdim() ? in.x().median(in.dim(), true) : in.x().median(in.dim()))
            .ulps(0, 0, 0));
  }

  public static List<OpCase> undifferentiated() {
    return List.of(
        op("argmax", "argmax()", in -> in.x().argmax()),
        op(
            "argmax.dim",
            "argmax(int) argmax(int,boolean)",
            in -> in.keepdim() ? in.x().argmax(in.dim(), true) : in.x().argmax(in.dim())),
        op("argmin", "argmin()", in -> in.x().argmin()),
        op(
            "argmin.dim",
            "argmin(int) argmin(int,boolean)",
            in -> in.keepdim() ? in.x().argmin(in.dim(), true) : in.x().argmin(in.dim())),
        op("any", "any()", in -> in.x().any()),
        op(
            "any.dim",
            "any(int) any(int,boolean)",
            in -> in.keepdim() ? in.x().any(in.dim(), true) : in.x().any(in.dim())),
        op("all", "all()", in -> in.x().all()),
        op(
            "all.dim",
            "all(int) all(int,boolean)",
            in -> in.keepdim() ? in.x().all(in.dim(), true) : in.x().all(in.dim())));
  }

  public static List<OpCase> alongOne() {
    return List.of(
        op("cumsum", "cumsum(int)", in -> in.x().cumsum(in.dim()))
            .inPlace(in -> in.x().cumsum_(in.dim())),
        op("softmax", "softmax(int)", in -> in.x().softmax(in.dim())),
        op("logSoftmax", "logSoftmax(int)", in -> in.x().logSoftmax(in.dim())),
        pair("sort", "sort()", in -> in.x().sort()).ulps(0, 0, 0),
        pair("sort.dim", "sort(int,boolean)", in -> in.x().sort(in.dim(), in.flag("descending")))
            .ulps(0, 0, 0),
        pair("topk", "topk(long)", in -> in.x().topk(in.integer("k"))).ulps(0, 0, 0),
        pair(
                "topk.dim",
                "topk(long,int,boolean)",
                in -> in.x().topk(in.integer("k"), in.dim(), in.flag("largest")))
            .ulps(0, 0, 0));
  }
}
