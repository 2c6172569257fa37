package dev.adjoint.op.index;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.op.ViewArguments;
import dev.adjoint.op.Views;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Runs of indices of one dimension, checked and resolved: one run, or many that make up the whole.
public final class Slices {
  private Slices() {}

  public static Tensor narrow(Tensor t, int dim, long start, long length) {
    int d = ViewArguments.ofTensor(t, dim);
    long size = t.size(d);
    long from = start < 0 ? start + size : start;
    if (length < 0) {
      throw new ShapeException("narrow(): length must be non-negative.");
    }
    if (from < 0 || from > size) {
      throw new IndexException(
          "start out of range (expected to be in range of ["
              + -size
              + ", "
              + size
              + "], but got "
              + start
              + ")");
    }
    if (from + length > size) {
      throw new ShapeException(
          "start (" + from + ") + length (" + length + ") exceeds dimension size (" + size + ").");
    }
    return Dispatch.view(new Views.Slice(d, from, length, 1), t);
  }

  public static Tensor slice(Tensor t, int dim, long start, long end, long step) {
    if (step <= 0) {
      throw new ShapeException("step must be greater than zero");
    }
    int d = ViewArguments.ofTensor(t, dim);
    long size = t.size(d);
    long from = clamp(start < 0 ? start + size : start, size);
    long to = Math.max(from, clamp(end < 0 ? end + size : end, size));
    return Dispatch.view(new Views.Slice(d, from, (to - from + step - 1) / step, step), t);
  }

  private static long clamp(long index, long size) {
    return Math.max(0, Math.min(index, size));
  }

  public static List<Tensor> split(Tensor t, long size, int dim) {
    int d = ViewArguments.ofTensor(t, dim);
    if (size < 0 || size == 0 && t.size(d) != 0) {
      throw new ShapeException(
          "split expects split_size be non-negative, but got split_size=" + size);
    }
    List<Long> sizes = new ArrayList<>();
    for (long at = 0; at < t.size(d); at += size) {
      sizes.add(Math.min(size, t.size(d) - at));
    }
    if (sizes.isEmpty()) {
      sizes.add(0L);
    }
    return Dispatch.views(new Views.Split(d, List.copyOf(sizes), "SplitBackward0"), t);
  }

  public static List<Tensor> split(Tensor t, long[] sizes, int dim) {
    int d = ViewArguments.ofTensor(t, dim);
    long total = 0;
    List<Long> all = new ArrayList<>();
    for (long size : sizes) {
      total += size;
      all.add(size);
    }
    if (total != t.size(d)) {
      throw new ShapeException(
          "split_with_sizes expects split_sizes to sum exactly to "
              + (t.size(d) + " (input tensor's size at dimension " + d)
              + "), but got split_sizes="
              + Arrays.toString(sizes));
    }
    return Dispatch.views(new Views.Split(d, List.copyOf(all), "SplitWithSizesBackward0"), t);
  }

  public static List<Tensor> chunk(Tensor t, int count, int dim) {
    if (count <= 0) {
      throw new ShapeException("chunk expects `chunks` to be greater than 0, got: " + count);
    }
    long size = t.size(ViewArguments.ofTensor(t, dim));
    if (size == 0) {
      return split(t, new long[count], dim);
    }
    return split(t, Math.max(1, (size + count - 1) / count), dim);
  }
}
