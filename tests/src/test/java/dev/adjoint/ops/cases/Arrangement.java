package dev.adjoint.ops.cases;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.Arrays;

/// How a tensor's elements lie in its storage; what lies between them must never be read.
public enum Arrangement {
  /// One after another, from the start.
  CONTIGUOUS {
    @Override
    Tensor lay(HostTensor host, DType type, Device device) {
      return Elements.upload(host.values(), type, device).view(host.shape());
    }
  },
  /// Dimensions in the opposite order.
  TRANSPOSED {
    @Override
    Tensor lay(HostTensor host, DType type, Device device) {
      int rank = host.rank();
      int[] reverse = new int[rank];
      long[] stored = new long[rank];
      for (int d = 0; d < rank; d++) {
        reverse[d] = rank - 1 - d;
        stored[d] = host.shape()[rank - 1 - d];
      }
      double[] values = Elements.permuted(host.values(), host.shape(), reverse);
      return Elements.upload(values, type, device).view(stored).permute(reverse);
    }
  },
  /// Every second element of the last dimension, from the second row on.
  SLICED {
    @Override
    Tensor lay(HostTensor host, DType type, Device device) {
      if (host.rank() == 0) {
        double[] padded = {Elements.POISON, host.values()[0], Elements.POISON};
        return Elements.upload(padded, type, device).select(0, 1);
      }
      int last = host.rank() - 1;
      int width = (int) host.shape()[last];
      int wide = 2 * width + 1;
      double[] padded = new double[(rows(host) + 1) * wide];
      Arrays.fill(padded, Elements.POISON);
      for (int i = 0; i < host.values().length; i++) {
        padded[(i / width + 1) * wide + 2 * (i % width) + 1] = host.values()[i];
      }
      long[] shape = host.shape().clone();
      shape[last] = wide;
      Tensor all = Elements.upload(padded, type, device);
      return all.slice(0, wide, padded.length, 1).view(shape).slice(last, 1, wide, 2);
    }

    private int rows(HostTensor host) {
      int rows = 1;
      for (int d = 0; d < host.rank() - 1; d++) {
        rows *= (int) host.shape()[d];
      }
      return rows;
    }
  },
  /// Stride zero along a dimension whose slices are all equal.
  EXPANDED {
    @Override
    Tensor lay(HostTensor host, DType type, Device device) {
      int dim = repeated(host);
      if (dim < 0) {
        return CONTIGUOUS.lay(host, type, device);
      }
      Tensor first = CONTIGUOUS.lay(host, type, device).narrow(dim, 0, 1).clone();
      return first.expand(host.shape());
    }

    @Override
    public boolean changes(GoldenCase golden) {
      return golden.inputs().stream().anyMatch(i -> repeated(i) >= 0);
    }
  };

  /// A tensor with these elements in this arrangement, on a device, that is no view.
  public final Tensor build(HostTensor host, DType type, Device device) {
    return Tensors.noGrad(() -> lay(host, type, device).detach());
  }

  abstract Tensor lay(HostTensor host, DType type, Device device);

  /// Whether the case is another one in this arrangement.
  public boolean changes(GoldenCase golden) {
    int least = this == TRANSPOSED ? 2 : 0;
    return this == CONTIGUOUS || golden.inputs().stream().anyMatch(i -> i.rank() >= least);
  }

  private static int repeated(HostTensor host) {
    for (int d = 0; d < host.rank(); d++) {
      if (host.repeatsAlong(d)) {
        return d;
      }
    }
    return -1;
  }
}
