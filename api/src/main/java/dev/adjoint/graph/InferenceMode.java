package dev.adjoint.graph;

import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.Storage;
import dev.adjoint.type.GraphException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The mode in which nothing is recorded and what is made never will be saved by a graph, with the rules
/// that tensors made in it obey ever after.
public final class InferenceMode {
  // Plain: a thread that meets an inference tensor, or inherits the mode, was told of it by the one
  // that
  // set this. It spares all programs without the mode a look at what is bound.
  private static boolean used;

  private InferenceMode() {}

  /// Runs in inference mode.
  public static <T extends @Nullable Object> T with(Supplier<T> body) {
    used = true;
    return GradMode.inference(body);
  }

  public static boolean isEnabled() {
    return used && GradMode.isInference();
  }

  /// Finds an inference tensor among what a node saves, before the operation runs.
  static void checkSaved(OpNode node, EagerTensor[] inputs) {
    int bits = used ? node.saves() : 0;
    for (int i = 0; i < Math.min(inputs.length, OpNode.MAX_SAVED); i++) {
      if ((bits & 1 << i) != 0 && inputs[i].isInference()) {
        throw new GraphException(
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in"
                + " inference mode in computation tracked by autograd. To work around this, you can make"
                + " a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()`"
                + " instead of `torch.inference_mode()`. In Adjoint: clone() or noGrad(...). It is input "
                + i
                + " of "
                + node.name()
                + ", of shape "
                + inputs[i].shape()
                + ".");
      }
    }
  }

  static void checkWritten(EagerTensor target, String writer) {
    if (target.isInference() && !isEnabled()) {
      throw new GraphException(
          "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone"
              + " to get a normal tensor before doing inplace update.See"
              + " https://github.com/pytorch/rfcs/pull/17 for more details. The write is `"
              + writer
              + "`: move it into inferenceMode(...), or write to a clone().");
    }
  }

  static void checkAsked(EagerTensor tensor, boolean required) {
    if (required && tensor.isInference() && !isEnabled()) {
      throw new GraphException(
          "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed. Ask it of"
              + " a clone().");
    }
  }

  static int version(Storage storage) {
    if (storage.isInference()) {
      throw new GraphException("Inference tensors do not track version counter.");
    }
    return storage.version();
  }
}
