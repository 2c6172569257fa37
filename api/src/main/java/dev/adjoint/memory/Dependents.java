package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Row;
import dev.adjoint.type.Shape;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The pending values of all threads that read one storage. They are held weakly: a value that nobody
/// can ask for any more need not be computed.
final class Dependents {

  /// A pending value, as what it reads knows it.
  static final class Entry extends WeakReference<Storage> {
    /// Whether its claims on its sources have ended; volatile, since any thread may end them.
    volatile boolean dropped;

    Entry(Storage value) {
      super(value);
    }
  }

  private static final Storage[] NONE = {};

  /// How much smaller than what reads it a storage must be for a copy to be the better choice.
  private static final int CHEAP_COPY = 4;

  private final Storage read;
  private Entry[] entries = new Entry[4];
  private int count;

  Dependents(Storage read) {
    this.read = read;
  }

  synchronized void add(Entry value) {
    if (count == entries.length) {
      prune();
      if (count > entries.length / 2) {
        entries = Arrays.copyOf(entries, 2 * count);
      }
    }
    entries[count++] = value;
  }

  /// Forgets values that are in memory or gone, and ends the claims of those that the collector took.
  private void prune() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      Entry e = entries[i];
      Storage value = e.get();
      if (value != null && value.isPending()) {
        entries[kept++] = e;
      } else if (value == null && !e.dropped) {
        read.releaseAsSource();
      }
    }
    Arrays.fill(entries, kept, count, null);
    count = kept;
  }

  private synchronized Storage[] pending() {
    prune();
    Storage[] values = count == 0 ? NONE : new Storage[count];
    int n = 0;
    for (int i = 0; i < count; i++) {
      Storage value = entries[i].get();
      if (value != null) {
        values[n++] = value;
      }
    }
    return n == values.length ? values : Arrays.copyOf(values, n);
  }

  /// Looks after what reads a storage that is about to be written, directly or by way of values that
  /// only pending ones hold: computes it, or lets it read a copy where that is much less. The caller
  /// has the device's lock, so nobody is about to read it.
  ///
  /// @param but values that the write itself computes
  static void settle(Storage written, Storage... but) {
    if (written.dependents() == null) {
      return;
    }
    List<Storage> wanted = wanted(written, but);
    try {
      long bytes = 0;
      for (Storage value : wanted) {
        bytes += bytes(value);
      }
      // What is captured runs again, and would change the copy of a value that waits for longer.
      boolean copies = !written.isPending() && Recording.underWay() == null;
      if (copies && bytes(written) * CHEAP_COPY <= bytes) {
        moveReaders(written);
      } else {
        Realization.ofAll(wanted);
      }
    } finally {
      wanted.forEach(Storage::release);
    }
  }

  /// The values that somebody can still ask for, each with a claim.
  private static List<Storage> wanted(Storage written, Storage... but) {
    Set<Storage> seen = new HashSet<>(Arrays.asList(but));
    List<Storage> wanted = new ArrayList<>();
    ArrayDeque<Storage> open = new ArrayDeque<>();
    open.add(written);
    for (Storage s = open.poll(); s != null; s = open.poll()) {
      Dependents readers = s.dependents();
      for (Storage value : readers == null ? NONE : readers.pending()) {
        if (!seen.add(value)) {
          continue;
        }
        if (!value.isWanted()) {
          open.add(value);
        } else if (value.tryRetain()) {
          wanted.add(value);
        }
      }
    }
    return wanted;
  }

  /// Has all pending values read a copy from now on.
  private static void moveReaders(Storage written) {
    Storage copy = Storage.allocate(written.device(), written.type(), written.elements());
    try {
      Layout all = Layout.contiguous(Shape.of(written.elements()));
      Source[] from = {new Source(written, all)};
      Fusion.write(copy, all, Row.CAST, written.type(), from, null);
      Dependents readers = requireNonNull(written.dependents());
      for (Storage value : readers.pending()) {
        if (value.tryRetain()) {
          readers.move(value, copy);
          value.release();
        }
      }
    } finally {
      copy.release();
    }
  }

  /// Has one value, which cannot be freed meanwhile, read a copy.
  private synchronized void move(Storage value, Storage copy) {
    Pending p = requireNonNull(value.pending());
    Dependents.Entry own = requireNonNull(p.entry);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (entries[i] != own) {
        entries[kept++] = entries[i];
      }
    }
    Arrays.fill(entries, kept, count, null);
    count = kept;
    p.move(read, copy);
  }

  private static long bytes(Storage s) {
    return s.elements() * s.type().bytes();
  }

  /// The memory of values that only pending ones still hold, of those that a pending value reads.
  static long heldAlive(Source[] sources, int depth) {
    long bytes = 0;
    for (Source source : sources) {
      Storage s = source.storage();
      @Nullable Pending p = s.pending();
      if (p != null) {
        bytes += depth == 0 ? 0 : heldAlive(p.sources, depth - 1);
      } else if (!s.isWanted()) {
        bytes += bytes(s);
      }
    }
    return bytes;
  }
}
