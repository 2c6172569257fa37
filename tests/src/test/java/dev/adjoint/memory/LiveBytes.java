package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.type.Device;

/// Bytes that storages hold, when the collector has found what is unreachable.
public final class LiveBytes {
  private static final long LONGEST_MILLIS = 10_000;

  private LiveBytes() {}

  /// Bytes in use, as the allocator counts them now.
  public static long of(Device device) {
    return Devices.open(device).allocator().statistics().live();
  }

  /// Bytes in use once they no longer fall from one collection to the next.
  public static long settled(Device device) {
    long live = Long.MAX_VALUE;
    int same = 0;
    while (same < 2) {
      System.gc();
      pause();
      long now = of(device);
      same = now < live ? 0 : same + 1;
      live = now;
    }
    return live;
  }

  /// Asserts that collections bring the bytes in use below a bound.
  public static void fallBelow(Device device, long bound, String why) {
    long end = System.currentTimeMillis() + LONGEST_MILLIS;
    while (of(device) >= bound && System.currentTimeMillis() < end) {
      System.gc();
      pause();
    }
    assertTrue(of(device) < bound, () -> why + ": " + of(device) + " bytes, expected < " + bound);
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
