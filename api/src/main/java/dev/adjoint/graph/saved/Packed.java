package dev.adjoint.graph.saved;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.Storage;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import org.jspecify.annotations.Nullable;

/// What a pack hook made of a saved tensor, which is kept in its place.
public final class Packed {
  private final SavedTensorHooks hooks;
  private final @Nullable Object value;
  private final Shape shape;
  private final DType type;
  private final Device device;

  private Packed(SavedTensorHooks hooks, @Nullable Object value, Tensor tensor) {
    this.hooks = hooks;
    this.value = value;
    this.shape = tensor.shape();
    this.type = tensor.dtype();
    this.device = tensor.device();
  }

  /// Packs a tensor.
  ///
  /// @param given what the hook sees of it; kept or closed by whoever wants it, unless it is the tensor
  public static Packed of(SavedTensorHooks hooks, EagerTensor tensor, EagerTensor given) {
    Storage storage = tensor.storage();
    int version = storage.version();
    Object value;
    try {
      value =
          GradMode.<@Nullable Object>with(
              false, () -> HandleScope.<@Nullable Object>outside(() -> hooks.pack().apply(given)));
    } finally {
      if (hooks.owned() && given != tensor) {
        given.close();
      }
    }
    if (storage.version() != version) {
      throw new GraphException(
          "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack"
              + " hook cannot be modified by in-place operations as this can lead to unexpected"
              + " side-effects. Please open an issue if you need to perform in-place operations on the"
              + " input to a pack hook. The tensor has shape "
              + tensor.shape()
              + ": let the hook write to a clone().");
    }
    return new Packed(hooks, value, tensor);
  }

  /// Another handle on what the unpack hook yields.
  public EagerTensor unpack() {
    @SuppressWarnings("NullAway") // a hook that packed null is given null
    Tensor t = HandleScope.<@Nullable Tensor>outside(() -> hooks.unpack().apply(value));
    if (!(t instanceof EagerTensor found)) {
      throw new GraphException(
          "Output of saved tensor unpack_hook expected to be a Tensor but got result of type null");
    }
    boolean same = found.dtype() == type && found.device().equals(device);
    if (!same || !found.shape().equals(shape)) {
      throw new GraphException(
          "A saved tensor unpack hook returned "
              + describe(found.shape(), found.dtype(), found.device())
              + ", but what was packed was "
              + describe(shape, type, device)
              + ". It must yield a tensor of the same shape and type on the same device.");
    }
    EagerTensor alias = EagerTensor.alias(found.storage(), found.layout(), false);
    if (hooks.owned()) {
      found.close();
    }
    return alias;
  }

  private static String describe(Shape shape, DType type, Device device) {
    return "a tensor of shape " + shape + " and type " + type + " on " + device;
  }

  /// The memory that is kept in the place of the tensor's, where it is a tensor's that is known.
  public @Nullable Storage kept() {
    Object held = value instanceof SavedTensorHooks.Copy copy ? copy.elements() : value;
    return held instanceof EagerTensor t && !t.isClosed() ? t.storage() : null;
  }

  /// Called when the value is not needed any more.
  public void release() {
    if (hooks.owned() && value instanceof SavedTensorHooks.Copy copy) {
      copy.elements().close();
    }
  }
}
