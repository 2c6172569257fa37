package dev.adjoint.lowering;

import dev.adjoint.spi.Launch;
import dev.adjoint.type.DeviceException;
import java.util.Arrays;

/// The words of a launch, in the order in which its kernel's [Text] named them.
final class Words {
  private final Limits limits;
  private final Launch launch;
  private long[] words = new long[32];
  private int count;

  Words(Limits limits, Launch launch) {
    this.limits = limits;
    this.launch = launch;
  }

  void put(long word) {
    if (count == words.length) {
      words = Arrays.copyOf(words, 2 * count);
    }
    words[count++] = word;
  }

  void put(long[] more) {
    for (long word : more) {
      put(word);
    }
  }

  /// @throws DeviceException when a kernel of this device takes fewer
  long[] toArray() {
    if (count > limits.words()) {
      throw new DeviceException(
          launch.op()
              + ": "
              + launch.operands().length
              + " operands of this many layouts need "
              + count
              + " words of arguments, and "
              + limits.device()
              + " takes "
              + limits.words()
              + ". Make some of them contiguous().");
    }
    return Arrays.copyOf(words, Math.max(count, 1));
  }
}
