package dev.adjoint.random;

import static java.util.Map.entry;

import dev.adjoint.Index;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ValuesIndices;
import dev.adjoint.ops.cases.GoldenFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// What each operation's word calls, under PyTorch's names.
final class Words {
  private static final Map<String, Function<Arguments, List<Tensor>>> TABLE = new HashMap<>();

  static {
    unary();
    binary();
    ternary();
    folds();
    views();
    structured();
    writes();
  }

  private Words() {}

  static List<Tensor> call(String word, Arguments arguments) {
    Function<Arguments, List<Tensor>> op = TABLE.get(word);
    if (op == null) {
      throw new IllegalArgumentException("no statement is called " + word);
    }
    return op.apply(arguments);
  }

  private static void one(String word, Function<Arguments, Tensor> op) {
    TABLE.put(word, a -> List.of(op.apply(a)));
  }

  private static void two(String word, Function<Arguments, ValuesIndices> op) {
    TABLE.put(
        word,
        a -> {
          ValuesIndices both = op.apply(a);
          return List.of(both.values(), both.indices());
        });
  }

  private static void unary() {
    Map<String, UnaryOperator<Tensor>> table =
        Map.ofEntries(
            entry("neg", Tensor::neg),
            entry("neg_", Tensor::neg_),
            entry("abs", Tensor::abs),
            entry("abs_", Tensor::abs_),
            entry("exp", Tensor::exp),
            entry("exp_", Tensor::exp_),
            entry("tanh", Tensor::tanh),
            entry("tanh_", Tensor::tanh_),
            entry("sin", Tensor::sin),
            entry("sin_", Tensor::sin_),
            entry("cos", Tensor::cos),
            entry("cos_", Tensor::cos_),
            entry("sigmoid", Tensor::sigmoid),
            entry("sigmoid_", Tensor::sigmoid_),
            entry("relu", Tensor::relu),
            entry("relu_", Tensor::relu_),
            entry("square", Tensor::square),
            entry("square_", Tensor::square_),
            entry("erf", Tensor::erf),
            entry("erf_", Tensor::erf_),
            entry("sign", Tensor::sign),
            entry("sign_", Tensor::sign_),
            entry("floor", Tensor::floor),
            entry("floor_", Tensor::floor_),
            entry("expm1", Tensor::expm1),
            entry("reciprocal", Tensor::reciprocal),
            entry("silu", Tensor::silu),
            entry("gelu", Tensor::gelu),
            entry("softplus", Tensor::softplus),
            entry("clone", Tensor::clone),
            entry("contiguous", Tensor::contiguous),
            entry("detach", Tensor::detach),
            entry("detach_", Tensor::detach_),
            entry("t", Tensor::t),
            entry("zero_", Tensor::zero_));
    table.forEach((word, op) -> one(word, a -> op.apply(a.tensor(0))));
  }

  private static void binary() {
    binary("add", Tensor::add, Tensor::add);
    binary("add_", Tensor::add_, Tensor::add_);
    binary("sub", Tensor::sub, Tensor::sub);
    binary("sub_", Tensor::sub_, Tensor::sub_);
    binary("mul", Tensor::mul, Tensor::mul);
    binary("mul_", Tensor::mul_, Tensor::mul_);
    binary("div", Tensor::div, Tensor::div);
    binary("div_", Tensor::div_, Tensor::div_);
    binary("maximum", Tensor::maximum, Tensor::maximum);
    binary("minimum", Tensor::minimum, Tensor::minimum);
    binary("atan2", Tensor::atan2, Tensor::atan2);
    binary("pow", Tensor::pow, Tensor::pow);
    binary("pow_", Tensor::pow_, Tensor::pow_);
    binary("gt", Tensor::gt, Tensor::gt);
    one("rsub", a -> a.tensor(0).rsub(a.number(1)));
    one("leaky_relu", a -> a.tensor(0).leakyRelu(a.number(1)));
    one("leaky_relu_", a -> a.tensor(0).leakyRelu_(a.number(1)));
    one("copy_", a -> a.tensor(0).copy_(a.tensor(1)));
    one("fill_", a -> a.tensor(0).fill_(a.number(1)));
  }

  private static void binary(
      String word, BinaryOperator<Tensor> op, BiFunction<Tensor, Number, Tensor> withNumber) {
    one(
        word,
        a ->
            a.isTensor(1)
                ? op.apply(a.tensor(0), a.tensor(1))
                : withNumber.apply(a.tensor(0), a.number(1)));
  }

  private static void ternary() {
    one("add_alpha", a -> a.tensor(0).add(a.tensor(1), a.number(2)));
    one("lerp", a -> a.tensor(0).lerp(a.tensor(1), a.number(2)));
    one("lerp_", a -> a.tensor(0).lerp_(a.tensor(1), a.number(2)));
    one("clamp", a -> a.tensor(0).clamp(a.number(1), a.number(2)));
    one("clamp_", a -> a.tensor(0).clamp_(a.number(1), a.number(2)));
    one("where", a -> a.tensor(1).where(a.tensor(0), a.tensor(2)));
    one("masked_fill", a -> a.tensor(0).maskedFill(a.tensor(1), a.number(2)));
    one("masked_fill_", a -> a.tensor(0).maskedFill_(a.tensor(1), a.number(2)));
    one("addcmul", a -> a.tensor(0).addcmul(a.tensor(1), a.tensor(2), a.number(3)));
    one("addcmul_", a -> a.tensor(0).addcmul_(a.tensor(1), a.tensor(2), a.number(3)));
    one("addcdiv", a -> a.tensor(0).addcdiv(a.tensor(1), a.tensor(2), a.number(3)));
  }

  private static void folds() {
    one("sum", a -> a.has(1) ? a.tensor(0).sum(a.ints(1), a.flag(2)) : a.tensor(0).sum());
    one("mean", a -> a.has(1) ? a.tensor(0).mean(a.ints(1), a.flag(2)) : a.tensor(0).mean());
    one("prod", a -> a.has(1) ? a.tensor(0).prod(a.integer(1)) : a.tensor(0).prod());
    one("amax", a -> a.tensor(0).amax(a.ints(1), a.flag(2)));
    one("amin", a -> a.tensor(0).amin(a.ints(1), a.flag(2)));
    one("var", a -> a.tensor(0).var(a.ints(1), 1, false));
    one("std", a -> a.tensor(0).std(a.ints(1), 1, false));
    one("norm", a -> a.tensor(0).norm(a.number(1)));
    one("logsumexp", a -> a.tensor(0).logsumexp(a.ints(1)));
    one("cumsum", a -> a.tensor(0).cumsum(a.integer(1)));
    one("cumsum_", a -> a.tensor(0).cumsum_(a.integer(1)));
    one("softmax", a -> a.tensor(0).softmax(a.integer(1)));
    one("log_softmax", a -> a.tensor(0).logSoftmax(a.integer(1)));
  }

  private static void views() {
    one("view", a -> a.tensor(0).view(a.longs(1)));
    one("reshape", a -> a.tensor(0).reshape(a.longs(1)));
    one("expand", a -> a.tensor(0).expand(a.longs(1)));
    one("flatten", a -> a.tensor(0).flatten(a.integer(1), a.integer(2)));
    one("unsqueeze", a -> a.tensor(0).unsqueeze(a.integer(1)));
    one("squeeze", a -> a.has(1) ? a.tensor(0).squeeze(a.integer(1)) : a.tensor(0).squeeze());
    one("transpose", a -> a.tensor(0).transpose(a.integer(1), a.integer(2)));
    one("permute", a -> a.tensor(0).permute(a.ints(1)));
    one("movedim", a -> a.tensor(0).movedim(a.integer(1), a.integer(2)));
    one("select", a -> a.tensor(0).select(a.integer(1), a.integer(2)));
    one("narrow", a -> a.tensor(0).narrow(a.integer(1), a.integer(2), a.integer(3)));
    one("slice", a -> a.tensor(0).slice(a.integer(1), a.integer(2), a.integer(3), a.integer(4)));
    one("diagonal", a -> a.tensor(0).diagonal(a.integer(1), a.integer(2), a.integer(3)));
    TABLE.put("unbind", a -> a.tensor(0).unbind(a.integer(1)));
    TABLE.put("split", a -> a.tensor(0).split(a.integer(1), a.integer(2)));
    TABLE.put("rows", TABLE.get("unbind"));
    TABLE.put("pieces", TABLE.get("split"));
    TABLE.put("chunk", a -> a.tensor(0).chunk(a.integer(1), a.integer(2)));
    one("get", a -> a.tensor(0).get(index(a, 1)));
  }

  private static Index index(Arguments a, int i) {
    String word = a.words().get(i);
    return word.startsWith("i<") ? Index.of(a.tensor(i)) : Index.at(a.integer(i));
  }

  private static void structured() {
    one("cat", a -> Tensors.cat(a.tensors(0), a.integer(1)));
    one("stack", a -> Tensors.stack(a.tensors(0), a.integer(1)));
    one("index_select", a -> a.tensor(0).indexSelect(a.integer(1), a.tensor(2)));
    one("gather", a -> a.tensor(0).gather(a.integer(1), a.tensor(2)));
    one("scatter", a -> a.tensor(0).scatter(a.integer(1), a.tensor(2), a.tensor(3)));
    one("scatter_add", a -> a.tensor(0).scatterAdd(a.integer(1), a.tensor(2), a.tensor(3)));
    one("index_add", a -> a.tensor(0).indexAdd(a.integer(1), a.tensor(2), a.tensor(3)));
    one("masked_select", a -> a.tensor(0).maskedSelect(a.tensor(1)));
    one("repeat", a -> a.tensor(0).repeat(a.longs(1)));
    one("flip", a -> a.tensor(0).flip(a.ints(1)));
    one("roll", a -> a.tensor(0).roll(a.integer(1), a.integer(2)));
    one("mm", a -> a.tensor(0).mm(a.tensor(1)));
    one("mv", a -> a.tensor(0).mv(a.tensor(1)));
    one("dot", a -> a.tensor(0).dot(a.tensor(1)));
    one("matmul", a -> a.tensor(0).matmul(a.tensor(1)));
    one("linear", a -> a.tensor(0).linear(a.tensor(1)));
    one("median", a -> a.tensor(0).median());
    two("max", a -> a.tensor(0).max(a.integer(1)));
    two("min", a -> a.tensor(0).min(a.integer(1)));
    two("sort", a -> a.tensor(0).sort(a.integer(1), a.flag(2)));
    two("topk", a -> a.tensor(0).topk(a.integer(1), a.integer(2), true));
    one("to", a -> a.tensor(0).to(GoldenFile.type(a.words().get(1))));
  }

  private static void writes() {
    one("requires_grad_", a -> a.tensor(0).requiresGrad_(a.flag(1)));
    one("scatter_", a -> a.tensor(0).scatter_(a.integer(1), a.tensor(2), a.tensor(3)));
    one("scatter_add_", a -> a.tensor(0).scatterAdd_(a.integer(1), a.tensor(2), a.tensor(3)));
    one("index_add_", a -> a.tensor(0).indexAdd_(a.integer(1), a.tensor(2), a.tensor(3)));
    one(
        "put",
        a ->
            a.isTensor(1)
                ? a.tensor(0).set(a.tensor(1), index(a, 2))
                : a.tensor(0).set(a.number(1), index(a, 2)));
  }
}
