package dev.adjoint.autograd;

import dev.adjoint.GradFn;
import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Node;
import dev.adjoint.type.GraphException;

/// A place in the graph where a gradient arrives. It can stand for its tensor in [dev.adjoint.Autograd#grad] and
/// [dev.adjoint.Autograd#backward], holds no elements, and stays what it is when the tensor is overwritten.
///
/// @param function the node that made the tensor, or the accumulator of a leaf
/// @param outputNr which result of the node's operation the tensor is
public record GradientEdge(GradFn function, int outputNr) implements Differentiable {

  /// @throws IndexOutOfBoundsException when the node has no such result
  public GradientEdge {
    function.metadata(outputNr);
  }

  /// The place of a tensor, as it is now.
  ///
  /// @throws GraphException when the tensor does not require a gradient
  public static GradientEdge of(Tensor tensor) {
    if (!tensor.requiresGrad()) {
      throw new GraphException(
          "It is not possible to get the gradient edge for a Tensor that does not require gradients. Call"
              + " requiresGrad_() on it, or on the inputs before computing it.");
    }
    Node.Slot slot = ((EagerTensor) tensor).hookedSlot();
    return new GradientEdge(slot.made(), slot.slot());
  }
}
