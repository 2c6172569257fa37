package dev.adjoint.graph.saved;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.type.Device;
import java.util.function.Function;

/// The two functions through which saved tensors go.
///
/// @param owned whether packed values are the library's own tensors, which nobody else sees
public record SavedTensorHooks(
    Function<? super Tensor, ?> pack, Function<Object, Tensor> unpack, boolean owned) {

  /// Hooks with a packed value of any type.
  @SuppressWarnings("unchecked") // unpack is given only what pack returned
  public static <P> SavedTensorHooks of(
      Function<? super Tensor, P> pack, Function<? super P, Tensor> unpack) {
    return new SavedTensorHooks(pack, packed -> unpack.apply((P) packed), false);
  }

  /// Hooks that copy to the CPU and back.
  public static SavedTensorHooks onCpu() {
    return new SavedTensorHooks(SavedTensorHooks::copied, packed -> ((Copy) packed).back(), true);
  }

  /// A copy on the CPU of what lies elsewhere.
  record Copy(Tensor elements, Device home) {
    Tensor back() {
      Tensor there = elements.to(home);
      return there == elements ? elements.detach() : there;
    }
  }

  private static Copy copied(Tensor tensor) {
    Device home = tensor.device();
    Tensor elements =
        HandleScope.yielding(() -> home.isCpu() ? tensor.clone() : tensor.to(Device.CPU));
    HandleScope.free((EagerTensor) elements);
    return new Copy(elements, home);
  }
}
