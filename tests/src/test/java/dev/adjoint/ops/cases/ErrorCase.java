package dev.adjoint.ops.cases;

import dev.adjoint.Tensor;
import dev.adjoint.type.Device;
import dev.adjoint.type.TensorException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A wrong call and how it must be refused; PyTorch's sentence is in `golden/errors.jsonl`.
///
/// @param name what the golden file calls it
/// @param refusal the exception's class
/// @param operands makes the tensors, which must be unchanged afterwards
/// @param call the wrong call
public record ErrorCase(
    String name,
    Class<? extends TensorException> refusal,
    Supplier<List<Tensor>> operands,
    Consumer<Inputs> call) {

  /// A wrong call on no tensors.
  public static ErrorCase bare(
      String name, Class<? extends TensorException> refusal, Runnable call) {
    return new ErrorCase(name, refusal, List::of, in -> call.run());
  }

  /// A wrong call on one tensor.
  static ErrorCase one(
      String name,
      Class<? extends TensorException> refusal,
      Supplier<Tensor> x,
      Consumer<Tensor> call) {
    return new ErrorCase(name, refusal, () -> List.of(x.get()), in -> call.accept(in.x()));
  }

  /// A wrong call on two tensors.
  static ErrorCase two(
      String name,
      Class<? extends TensorException> refusal,
      Supplier<Tensor> x,
      Supplier<Tensor> y,
      Consumer<Inputs> call) {
    return new ErrorCase(name, refusal, () -> List.of(x.get(), y.get()), call);
  }

  /// The tensors on a device.
  public List<Tensor> operands(Device device) {
    return operands.get().stream()
        .map(t -> t.device().equals(device) ? t : moved(t, device))
        .toList();
  }

  private static Tensor moved(Tensor t, Device device) {
    return t.detach().to(device).requiresGrad_(t.requiresGrad());
  }

  @Override
  public String toString() {
    return name;
  }
}
