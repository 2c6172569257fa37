package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class ScratchTest {

  private static Scratch used(long bytes) {
    try (Scratch scratch = Scratch.take(bytes)) {
      return scratch;
    }
  }

  @Test
  void isKeptForTheThreadsNextWork() {
    Scratch first = used(2 << 20);
    assertSame(first, used(1 << 10));
    assertNotSame(first, used(3 << 20));
  }

  @Test
  void isNotKeptWhenItIsTooLargeForACache() {
    Scratch large = used(8 << 20);
    assertNotSame(large, used(1 << 10));
  }
}
