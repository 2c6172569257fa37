package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.host.Export;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Scalars;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.op.Op;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which device an operation runs on, which tensors of other devices may take part, and how a tensor
/// or its gradient gets from one device to another.
///
/// As in PyTorch, a 0-d tensor on the CPU may join an elementwise operation of any other device: it
/// is read and becomes a number of the launch. PyTorch lets one such tensor join some kernels, several
/// join others, and none a few; here any number may join any elementwise operation.
public final class Placement {
  private Placement() {}

  /// Where an elementwise operation runs.
  static OpenDevice of(Op op, EagerTensor[] in) {
    OpenDevice first = in[0].storage().device();
    for (int i = 1; i < in.length; i++) {
      if (in[i].storage().device() != first) {
        return ofMixed(op, in, 0);
      }
    }
    return first;
  }

  /// Where an elementwise operation runs that overwrites its first operand, which no number can be.
  static OpenDevice ofTarget(Op op, EagerTensor[] in) {
    OpenDevice first = in[0].storage().device();
    for (int i = 1; i < in.length; i++) {
      if (in[i].storage().device() != first) {
        return ofMixed(op, in, 1);
      }
    }
    return first;
  }

  private static OpenDevice ofMixed(Op op, EagerTensor[] in, int targets) {
    OpenDevice common = common(in);
    for (int i = 0; i < in.length; i++) {
      OpenDevice device = in[i].storage().device();
      boolean number = i >= targets && device.name().isCpu() && in[i].layout().shape().rank() == 0;
      if (device != common && !number) {
        throw mixed(op, common, device);
      }
    }
    return common;
  }

  /// The first that is not the CPU, if there is one.
  private static OpenDevice common(EagerTensor[] in) {
    for (EagerTensor t : in) {
      OpenDevice device = t.storage().device();
      if (!device.name().isCpu()) {
        return device;
      }
    }
    return in[0].storage().device();
  }

  /// Structured operations run where all their operands are.
  static void requireSame(Op op, EagerTensor[] in) {
    OpenDevice first = in[0].storage().device();
    for (EagerTensor t : in) {
      if (t.storage().device() != first) {
        OpenDevice common = common(in);
        throw mixed(op, common, common == first ? t.storage().device() : first);
      }
    }
  }

  private static DeviceException mixed(Op op, OpenDevice common, OpenDevice other) {
    return new DeviceException(
        "Expected all tensors to be on the same device, but found at least two devices, "
            + common
            + " and "
            + other
            + "! In "
            + op.label().toLowerCase(Locale.ROOT)
            + ". Move one with to(device).");
  }

  /// The number that a 0-d tensor of the CPU is for a launch on another device.
  static Storage number(EagerTensor t, OpenDevice device) {
    DType type = t.dtype();
    MemorySegment value = Export.bytes(t);
    long bits =
        type.isFloating()
            ? Scalars.bits(Export.doubleAt(value, type, 0), type)
            : Scalars.bits(Export.longAt(value, type, 0), type);
    return Storage.constant(device, type, 1, bits);
  }

  /// Where the gradients of a node's inputs go when the inputs are not all on one device, else null.
  static Device @Nullable [] homes(EagerTensor[] in) {
    OpenDevice first = in[0].storage().device();
    boolean mixed = false;
    for (EagerTensor t : in) {
      mixed |= t.storage().device() != first;
    }
    if (!mixed) {
      return null;
    }
    Device[] homes = new Device[in.length];
    for (int i = 0; i < homes.length; i++) {
      homes[i] = in[i].device();
    }
    return homes;
  }

  /// A tensor's elements on another's device, outside the graph; the tensor itself if it is there.
  static EagerTensor brought(EagerTensor t, EagerTensor where) {
    OpenDevice device = where.storage().device();
    return t.storage().device() == device ? t : (EagerTensor) Kernels.transfer(t, device.name());
  }

  /// A gradient on its leaf's device, by way of the graph if that is recorded.
  static EagerTensor followed(EagerTensor g, EagerTensor leaf) {
    boolean there = leaf.isClosed() || g.storage().device() == leaf.storage().device();
    return there ? g : (EagerTensor) g.to(leaf.device());
  }

  /// The gradient that a backward starts with: a 0-d one is brought to its root, as in PyTorch.
  static EagerTensor atRoot(int index, EagerTensor g, Device root) {
    if (g.storage().device().name().equals(root)) {
      return g;
    }
    if (g.dim() == 0) {
      return (EagerTensor) g.to(root);
    }
    throw new DeviceException(
        "invalid gradient at index "
            + index
            + " - expected device "
            + root
            + " but got "
            + g.device()
            + ". Move it with to(device).");
  }

  static void requireAssignable(EagerTensor tensor, Tensor gradient) {
    Device want = tensor.device();
    Device got = gradient.device();
    if (!want.kind().equals(got.kind())) {
      throw new DeviceException(
          "attempting to assign a gradient with device type '"
              + got.kind()
              + "' to a tensor with device type '"
              + want.kind()
              + "'. Please ensure that the gradient and the tensor are on the same device."
              + " Move it with to(device).");
    }
    if (!want.equals(got)) {
      throw new DeviceException(
          "attempting to assign a gradient located on device with index '"
              + got.index()
              + "' to a tensor located on device with index '"
              + want.index()
              + "'. Please ensure that the gradient and the tensor are on the same device."
              + " Move it with to(device).");
    }
  }

  /// Moves a tensor that is no view and was not computed, and its `.grad`, to a device: it stays the
  /// same object, so that whoever holds it, such as an optimiser, follows. What graphs saved of it stays
  /// where it was.
  public static void move(Tensor tensor, Device to) {
    EagerTensor t = (EagerTensor) tensor;
    if (t.device().equals(to)) {
      return;
    }
    synchronized (t) {
      moveElements(t, to);
      EagerTensor g = t.grad;
      if (g != null && !g.isClosed()) {
        moveElements(g, to);
      }
    }
  }

  private static void moveElements(EagerTensor t, Device to) {
    EagerTensor moved = GradMode.with(false, () -> (EagerTensor) t.detach().to(to));
    HandleScope.free(moved);
    t.takeOver(moved.storage(), Layout.contiguous(t.shape()));
  }
}
