package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Which elementwise results wait until something needs them, and how much may wait.
///
/// A result waits for a read, an operation that is not elementwise, a write to something it was
/// computed from, or a limit. See ADR 19.
final class Deferral {
  /// Whether results outside of a [Window] are computed at once: where the property `adjoint.eager` is
  /// `true`. Tests turn it.
  static boolean off = Boolean.getBoolean("adjoint.eager");

  /// The fewest elements that wait, from the property `adjoint.deferral.smallest`: below, a launch
  /// costs less than to wait.
  static final long SMALLEST = Long.getLong("adjoint.deferral.smallest", 4096);

  /// The longest program; beyond, intermediate values are stored.
  static final int MAX_INSTRUCTIONS = 32;

  /// The most operands that one value may wait for.
  static final int MAX_LEAVES = 16;

  /// How often a value is computed as a part of others before it is stored along with one. Who reads it
  /// twice has a name for it; in a walk back handles that are still open look like names.
  private static final int MAX_REPEATS = 1;

  private static final int MAX_REPEATS_IN_A_PASS = 2;

  /// From here on it is looked at what a pending value keeps alive, which is a walk.
  private static final int DEEP = 5;

  /// Pending values may keep this many times their own bytes that nobody else wants.
  private static final int MOST_HELD = 4;

  private Deferral() {}

  /// Whether a result of so many elements outlives windows.
  static boolean waits(long elements) {
    return elements >= SMALLEST && !off;
  }

  /// Whether a value waits for the end of a walk back: one that is too small to outlive it, on a device that
  /// has a new program as soon as a known one.
  static boolean isKept(OpenDevice device, long elements) {
    return elements < SMALLEST && device.interprets() && !off;
  }

  /// Whether a value that was computed as a part of others so often is to be stored.
  static boolean isOften(int repeats) {
    return repeats >= MAX_REPEATS_IN_A_PASS || repeats >= MAX_REPEATS && !Window.isInPass();
  }

  /// Whether the host has the address of something that these are, or are computed from, and so may write
  /// there without a word.
  static boolean readExposed(Source[] sources) {
    for (Source s : sources) {
      Pending p = s.storage().pending();
      if (p == null ? s.storage().isExposed() : p.exposed) {
        return true;
      }
    }
    return false;
  }

  /// The sources with equal numbers of the value's own in the place of constants: who holds a constant may
  /// overwrite it, and no reader of it is looked for then.
  static Source[] ownNumbers(Source[] sources) {
    Source[] own = sources.clone();
    for (int i = 0; i < own.length; i++) {
      Storage s = own[i].storage();
      Pending p = s.pending();
      if (p != null && p.isConstant()) {
        Storage copy = Storage.constant(s.device(), p.type, s.elements(), p.bits);
        own[i] = new Source(copy, own[i].layout());
      }
    }
    return own;
  }

  /// Whether a row over these sources would be too much for one program.
  static boolean isTooMuch(Source[] sources, long bytes, boolean outlives) {
    int weight = Pending.weight(sources);
    if (weight > MAX_INSTRUCTIONS) {
      return true;
    }
    return outlives
        && weight > 1
        && (Pending.leaves(sources) > MAX_LEAVES
            || weight >= DEEP
                && Dependents.heldAlive(sources, MAX_INSTRUCTIONS) > MOST_HELD * bytes);
  }

  /// Whether no operand that has all the elements is walked in another order than the result would be: a
  /// fold then reads memory as it lies, and adds in the order in which it would add stored elements.
  static boolean walkInOrder(Source[] operands) {
    for (Source s : operands) {
      if (!s.layout().isExpanded() && !s.layout().isInOrder()) {
        return false;
      }
    }
    return true;
  }

  /// Takes the device's turn at pending values, unless no storage has to do with any; null then.
  ///
  /// Who computes pending values, or overwrites what they read, has the turn until the launch is
  /// made: so what one thread reads for a value of another's is not overwritten or given back meanwhile.
  static @Nullable ReentrantLock turn(Storage target, Source... sources) {
    boolean needed = target.dependents() != null || target.isDeferred();
    for (Source s : sources) {
      needed |= s.storage().isDeferred();
    }
    return needed ? target.device().takeTurn() : null;
  }
}
