package dev.adjoint.memory;

import dev.adjoint.type.ClosedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Who holds a storage: tensors, saved tensors, and pending values that read it.
abstract sealed class Counted permits Storage {
  /// One who is counted once however many reasons it has to hold a storage.
  static final class Claimant {}

  private static final long SAVED = 1L << 40 | 1;
  private static final long CHANGE = 1L << 32;
  private static final VarHandle REFERENCES;
  private static final VarHandle USES;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      REFERENCES = lookup.findVarHandle(Counted.class, "references", long.class);
      USES = lookup.findVarHandle(Counted.class, "uses", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long references; // holders in 40 bits, and above them those that saved it
  private @Nullable Claimant claimant; // the last that [#retainFor] counted
  private volatile long uses; // by pending values in 32 bits, and above them how often that changed

  /// Held once, by who makes it.
  Counted() {
    // A plain write, since nobody else can see this yet: a volatile one costs a fence.
    REFERENCES.set(this, 1L);
  }

  /// Gives the memory back: the last holder has gone.
  abstract void free();

  /// Adds a holder.
  public void retain() {
    retain(1);
  }

  /// Adds a holder that counts once however often it asks, unless others have asked since.
  ///
  /// @return whether it was counted
  boolean retainFor(Claimant claimant) {
    if (this.claimant == claimant) {
      return false;
    }
    retain(1);
    this.claimant = claimant;
    return true;
  }

  /// Whether a holder of [#retainFor] was the last to ask.
  boolean isHeldFor(Claimant claimant) {
    return this.claimant == claimant;
  }

  /// As [#retainFor], of what nobody but the caller has seen, which is a plain write.
  void retainUnseen(Claimant claimant) {
    REFERENCES.set(this, 2L);
    this.claimant = claimant;
  }

  /// Adds a holder that counts on the elements' staying as they are.
  public void retainSaved() {
    retain(SAVED);
  }

  private void retain(long claim) {
    if (holders((long) REFERENCES.getAndAdd(this, claim)) <= 0) {
      REFERENCES.getAndAdd(this, -claim);
      throw closed();
    }
  }

  /// Adds a holder unless the last one has gone.
  boolean tryRetain() {
    long known = references;
    while (holders(known) > 0) {
      long found = (long) REFERENCES.compareAndExchange(this, known, known + 1);
      if (found == known) {
        return true;
      }
      known = found;
    }
    return false;
  }

  private static long holders(long references) {
    return references << 24 >> 24;
  }

  /// Ends one holder's claim; the last one gives the memory back.
  public void release() {
    release(1);
  }

  /// Ends the claim of a holder of [#retainSaved].
  public void releaseSaved() {
    release(SAVED);
  }

  private void release(long claim) {
    if (holders((long) REFERENCES.getAndAdd(this, -claim)) == 1) {
      free();
    }
  }

  /// Adds a pending value as a holder: first the claim, then that it is one of a pending value, so that
  /// [#isWanted] never takes a tensor's claim for one.
  void retainAsSource() {
    retain();
    USES.getAndAdd(this, CHANGE + 1);
  }

  void releaseAsSource() {
    USES.getAndAdd(this, CHANGE - 1);
    release();
  }

  /// Whether a tensor or a saved tensor holds this, not only pending values that read it.
  boolean isWanted() {
    while (true) {
      long before = uses;
      long holders = holders(references);
      if (before == uses) {
        return holders > (int) before;
      }
    }
  }

  /// As [#isWanted], but a graph's saving it does not count.
  boolean isHeld() {
    return handles() > 0;
  }

  /// Whether pending values are made of this.
  boolean isUsed() {
    return (int) uses > 0;
  }

  /// Whether several tensors hold this, so that it will be read again.
  boolean isShared() {
    return handles() > 1;
  }

  /// Holders that are neither pending values nor a graph that saved this.
  private long handles() {
    while (true) {
      long before = uses;
      long known = references;
      if (before == uses) {
        return holders(known) - (known >>> 40) - (int) before;
      }
    }
  }

  /// Whether exactly one holder is left, so that it may be overwritten unseen.
  public boolean isUnshared() {
    return holders(references) == 1;
  }

  /// Whether a graph counts on the elements' staying as they are.
  boolean isSaved() {
    return references >>> 40 != 0;
  }

  void requireHeld() {
    if (holders(references) <= 0) {
      throw closed();
    }
  }

  private static ClosedException closed() {
    return new ClosedException("This tensor's memory was already given back: it was closed.");
  }
}
