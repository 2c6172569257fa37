package dev.adjoint.nn;

import java.util.List;
import java.util.stream.LongStream;

/// How a convolution walks its input: `ConvOptions.DEFAULT.stride(2).padding(1)`. One number is meant
/// for every dimension; else there is one for each, height before width.
///
/// @param stride how far the next window is
/// @param padding how many zeros lie before the first and behind the last element
/// @param dilation how far the next element of a window is
/// @param groups into how many groups channels are divided, each with weights of its own
public record ConvOptions(List<Long> stride, List<Long> padding, List<Long> dilation, long groups) {

  /// Each window beside the last, nothing around the input, one group.
  public static final ConvOptions DEFAULT =
      new ConvOptions(List.of(1L), List.of(0L), List.of(1L), 1);

  public ConvOptions {
    stride = List.copyOf(stride);
    padding = List.copyOf(padding);
    dilation = List.copyOf(dilation);
  }

  public ConvOptions stride(long... sizes) {
    return new ConvOptions(list(sizes), padding, dilation, groups);
  }

  public ConvOptions padding(long... sizes) {
    return new ConvOptions(stride, list(sizes), dilation, groups);
  }

  public ConvOptions dilation(long... sizes) {
    return new ConvOptions(stride, padding, list(sizes), groups);
  }

  public ConvOptions groups(long count) {
    return new ConvOptions(stride, padding, dilation, count);
  }

  static List<Long> list(long... sizes) {
    return LongStream.of(sizes).boxed().toList();
  }
}
