package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.List;
import java.util.function.BinaryOperator;

/// Rows of elementwise operations of several tensors.
public final class BinaryCases {

  private BinaryCases() {}

  public static List<OpCase> rows() {
    return List.of(
        both("add", Tensor::add, Tensor::add_).ulps(1, 2, 2),
        both("sub", Tensor::sub, Tensor::sub_).ulps(1, 2, 2),
        both("mul", Tensor::mul, Tensor::mul_).ulps(1, 4, 8),
        both("div", Tensor::div, Tensor::div_).ulps(1, 8, 16),
        both("pow", Tensor::pow, Tensor::pow_),
        both("remainder", Tensor::remainder, Tensor::remainder_).ulps(1, 2, 2),
        both("maximum", Tensor::maximum, Tensor::maximum_).ulps(0, 2, 2),
        both("minimum", Tensor::minimum, Tensor::minimum_).ulps(0, 2, 2),
        both("atan2", Tensor::atan2, Tensor::atan2_),
        compare("eq", Tensor::eq),
        compare("ne", Tensor::ne),
        compare("lt", Tensor::lt),
        compare("le", Tensor::le),
        compare("gt", Tensor::gt),
        compare("ge", Tensor::ge),
        compare("logicalAnd", Tensor::logicalAnd),
        compare("logicalOr", Tensor::logicalOr),
        compare("logicalXor", Tensor::logicalXor),
        op("add.alpha", "add(Tensor,Number)", in -> in.x().add(in.y(), in.number("alpha")))
            .inPlace(in -> in.x().add_(in.y(), in.number("alpha")))
            .each(),
        op("sub.alpha", "sub(Tensor,Number)", in -> in.x().sub(in.y(), in.number("alpha")))
            .inPlace(in -> in.x().sub_(in.y(), in.number("alpha")))
            .each());
  }

  public static List<OpCase> ofThree() {
    return List.of(
        op("lerp.tensor", "lerp(Tensor,Tensor)", in -> in.x().lerp(in.y(), in.z()))
            .inPlace(in -> in.x().lerp_(in.y(), in.z()))
            .each(),
        op("lerp.number", "lerp(Tensor,Number)", in -> in.x().lerp(in.y(), in.number("weight")))
            .inPlace(in -> in.x().lerp_(in.y(), in.number("weight")))
            .each(),
        op("addcmul", "addcmul(Tensor,Tensor)", in -> in.x().addcmul(in.y(), in.z()))
            .inPlace(in -> in.x().addcmul_(in.y(), in.z()))
            .each(),
        op(
                "addcmul.value",
                "addcmul(Tensor,Tensor,Number)",
                in -> in.x().addcmul(in.y(), in.z(), in.number("value")))
            .inPlace(in -> in.x().addcmul_(in.y(), in.z(), in.number("value")))
            .each(),
        op("addcdiv", "addcdiv(Tensor,Tensor)", in -> in.x().addcdiv(in.y(), in.z()))
            .inPlace(in -> in.x().addcdiv_(in.y(), in.z()))
            .each(),
        op(
                "addcdiv.value",
                "addcdiv(Tensor,Tensor,Number)",
                in -> in.x().addcdiv(in.y(), in.z(), in.number("value")))
            .inPlace(in -> in.x().addcdiv_(in.y(), in.z(), in.number("value")))
            .each(),
        op("clamp.tensors", "clamp(Tensor,Tensor)", in -> in.x().clamp(in.y(), in.z()))
            .inPlace(in -> in.x().clamp_(in.y(), in.z()))
            .ulps(0, 1, 1)
            .each());
  }

  public static List<OpCase> choosing() {
    return List.of(
        op("where.method", "where(Tensor,Tensor)", in -> in.y().where(in.x(), in.z()))
            .ulps(0, 2, 2)
            .each(),
        op("where.methodNumber", "where(Tensor,Number)", in -> in.y().where(in.x(), in.n()))
            .ulps(0, 0, 0)
            .each(),
        op(
                "where",
                "Tensors.where(Tensor,Tensor,Tensor)",
                in -> Tensors.where(in.x(), in.y(), in.z()))
            .ulps(0, 2, 2)
            .each(),
        op(
                "where.tensorNumber",
                "Tensors.where(Tensor,Tensor,Number)",
                in -> Tensors.where(in.x(), in.y(), in.n()))
            .ulps(0, 0, 0)
            .each(),
        op(
                "where.numberTensor",
                "Tensors.where(Tensor,Number,Tensor)",
                in -> Tensors.where(in.x(), in.n(), in.y()))
            .ulps(0, 0, 0)
            .each(),
        op(
                "maskedFill.number",
                "maskedFill(Tensor,Number)",
                in -> in.x().maskedFill(in.y(), in.n()))
            .inPlace(in -> in.x().maskedFill_(in.y(), in.n()))
            .ulps(0, 0, 0)
            .each(),
        op(
                "maskedFill.tensor",
                "maskedFill(Tensor,Tensor)",
                in -> in.x().maskedFill(in.y(), in.z()))
            .inPlace(in -> in.x().maskedFill_(in.y(), in.z()))
            .ulps(0, 4, 4));
  }

  private static OpCase both(
      String name, BinaryOperator<Tensor> call, BinaryOperator<Tensor> inPlace) {
    return op(name, name + "(Tensor)", in -> call.apply(in.x(), in.y()))
        .inPlace(in -> inPlace.apply(in.x(), in.y()))
        .each();
  }

  private static OpCase compare(String name, BinaryOperator<Tensor> call) {
    return op(name, name + "(Tensor)", in -> call.apply(in.x(), in.y())).each();
  }
}
