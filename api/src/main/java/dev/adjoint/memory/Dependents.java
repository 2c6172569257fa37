package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
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

  /// Computes what reads a storage that is about to be written, directly or by way of values that
  /// only pending ones hold. The caller has the device's lock, so nobody is about to read it.
  ///
  /// @param but values that the write itself computes
  static void settle(Storage written, Storage... but) {
    if (written.dependents() == null) {
      return;
    }
    Set<Storage> seen = new HashSet<>(Arrays.asList(but));
    List<Storage> wanted = new ArrayList<>();
    ArrayDeque<Storage> open = new ArrayDeque<>();
    open.add(written);
    try {
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
      Realization.ofAll(wanted);
    } finally {
      wanted.forEach(Storage::release);
    }
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
        bytes += s.elements() * s.type().bytes();
      }
    }
    return bytes;
  }
}
