package dev.adjoint.benchmarks;

import java.util.Arrays;

/// Layers of a network and how many samples it sees at once, written `128:784-512-256-10`.
///
/// @param sizes of the input and of each layer
@SuppressWarnings("ArrayRecordComponent") // nobody compares networks
public record Network(int batch, int[] sizes) {

  public static Network of(String text) {
    int colon = text.indexOf(':');
    int batch = Integer.parseInt(text, 0, colon, 10);
    int[] sizes =
        Arrays.stream(text.substring(colon + 1).split("-", -1))
            .mapToInt(Integer::parseInt)
            .toArray();
    return new Network(batch, sizes);
  }
}
