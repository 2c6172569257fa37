package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import java.util.function.Function;

/// A tensor that a node saved for its formula; see [dev.adjoint.GradFn#savedTensors].
public interface SavedTensor {

  /// The tensor as the formula will read it: an input is the very tensor while that is open, a result is
  /// another one over the same memory. PyTorch's `_saved_self`.
  ///
  /// @throws dev.adjoint.type.GraphException when it was overwritten or given back since
  Tensor tensor();

  /// Keeps what `pack` makes of the tensor in its place, and calls `unpack` whenever the tensor is needed.
  /// PyTorch's `_raw_saved_self.register_hooks`. From then on nobody checks whether the tensor was
  /// overwritten.
  ///
  /// @param pack called once, now, with recording off and a detached tensor, which it must not write
  /// @param unpack must yield a tensor of the same shape and type on the same device
  /// @throws dev.adjoint.type.GraphException when the tensor has hooks already or was given back
  <P> void registerHooks(Function<? super Tensor, P> pack, Function<? super P, Tensor> unpack);
}
