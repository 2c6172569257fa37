package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.history.AllocationHistory;
import dev.adjoint.memory.history.CallSite;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import org.jspecify.annotations.Nullable;

/// A value that is described but not computed: one row applied to sources, a kernel's only result, a sum,
/// or a constant.
///
/// It holds its sources' storages (a count each) until it is computed or no longer wanted, or the window
/// that keeps it does. It is dropped, or computed, before any of them is written; see [Window] and [Deferral].
final class Pending {

  private static final Source[] NONE = {};

  final @Nullable Row row;

  /// The kernel, without operands, that reads all of the sources.
  final Launch.@Nullable Call call;

  /// Whether it is all elements of the only source, added up.
  final boolean isSum;

  /// Whether a sum that waited when this was made is among what it is made of.
  final boolean needsSum;

  final DType type;
  final Source[] sources;
  final long bits;

  /// The number of the capture whose step made this, or 0.
  final int era = Recording.era();

  /// Who described it; null while no history is recorded, and for constants.
  final @Nullable CallSite site;

  /// An upper bound on the instructions that computing this takes.
  final int weight;

  /// An upper bound on the operands that computing this reads.
  final int leaves;

  /// Whether it reads memory whose address the host has; such a value does not outlive a [Window].
  final boolean exposed;

  /// Whether it holds its sources itself, and not the window that keeps it.
  private boolean holds;

  /// Which sources count this apart from those who hold them for their own sake, by bits.
  private int used;

  /// By which its sources know the value, if it outlives windows.
  Dependents.@Nullable Entry entry;

  /// How often it was computed as a part of others; guarded by the device's lock.
  int repeats;

  private Pending(@Nullable Object maker, DType type, Source[] sources, long bits) {
    this(maker, type, sources, bits, weight(sources), leaves(sources));
  }

  /// @param maker a [Row], a [Launch.Call] or [Reducer#SUM]; null for a constant
  private Pending(
      @Nullable Object maker, DType type, Source[] sources, long bits, int weight, int leaves) {
    this.row = maker instanceof Row r ? r : null;
    this.call = maker instanceof Launch.Call c ? c : null;
    this.isSum = maker instanceof Reducer;
    this.type = type;
    this.sources = sources;
    this.bits = bits;
    this.weight = isConstant() ? 0 : weight;
    this.leaves = leaves;
    this.exposed = Deferral.readExposed(sources);
    this.needsSum = row != null && readSum(sources);
    this.site = AllocationHistory.isOn() && !isConstant() ? CallSite.here() : null;
  }

  static Pending constant(DType type, long bits) {
    return new Pending(null, type, NONE, bits);
  }

  /// What a kernel makes of sources that are in memory; it may wait longer than a [Window].
  static Pending of(Launch.Call call, DType type, Source[] sources) {
    return outliving(call, type, sources);
  }

  /// The sum of the elements of a value that waits.
  static Pending ofSum(DType type, Source value) {
    return outliving(Reducer.SUM, type, new Source[] {value});
  }

  private static Pending outliving(Object maker, DType type, Source[] sources) {
    Pending p = new Pending(maker, type, sources, 0);
    p.hold(true);
    return p;
  }

  /// @param outlives whether the value may wait longer than a [Window]
  static Pending of(Row row, DType type, Source[] sources, boolean outlives) {
    Pending p = new Pending(row, type, sources, 0);
    p.hold(outlives);
    return p;
  }

  /// A value whose sources a window holds.
  static Pending kept(Row row, DType type, Source[] sources, Window window) {
    for (Source s : sources) {
      window.hold(s.storage());
    }
    int weight = Math.min(weight(sources), window.rowsWith(sources));
    int leaves = Math.min(leaves(sources), window.readsWith(sources));
    return new Pending(row, type, sources, 0, weight, leaves);
  }

  private void hold(boolean outlives) {
    holds = true;
    for (int i = 0; i < sources.length; i++) {
      Storage s = sources[i].storage();
      if (outlives || s.isPending()) {
        s.retainAsSource();
        used |= 1 << i;
      } else {
        s.retain();
      }
    }
  }

  /// Called when the window that keeps this lets go: holds the sources from now on.
  void standAlone() {
    if (!holds && !isConstant()) {
      hold(false);
    }
  }

  /// Whether this is a sum, or made of some.
  boolean isOfSums() {
    return isSum || needsSum;
  }

  /// Whether some of these are of sums that wait.
  static boolean readSum(Source[] sources) {
    for (Source s : sources) {
      Pending p = s.storage().pending();
      if (p != null && p.isOfSums()) {
        return true;
      }
    }
    return false;
  }

  static int weight(Source[] sources) {
    int weight = 1;
    for (Source s : sources) {
      weight += s.storage().pendingWeight();
    }
    return weight;
  }

  static int leaves(Source[] sources) {
    int n = 0;
    for (Source s : sources) {
      n += s.storage().leaves();
    }
    return n;
  }

  boolean isConstant() {
    return row == null && !isAlone();
  }

  /// Whether a launch of its own computes this, or one that others join: no program takes it as a part.
  boolean isAlone() {
    return call != null || isSum;
  }

  /// Makes the value known to what it reads, so that it is computed before that is overwritten.
  Dependents.Entry watch(Storage value) {
    Dependents.Entry own = new Dependents.Entry(value);
    entry = own;
    for (int i = 0; i < sources.length; i++) {
      Storage s = sources[i].storage();
      Pending p = s.pending();
      if (p == null || !p.isConstant()) {
        s.addDependent(own);
      }
    }
    return own;
  }

  /// Reads a copy of one of the sources from now on; only while the value cannot be freed.
  void move(Storage from, Storage copy) {
    for (int i = 0; i < sources.length; i++) {
      if (sources[i].storage() == from) {
        copy.retainAsSource();
        copy.addDependent(requireNonNull(entry));
        sources[i] = new Source(copy, sources[i].layout());
        from.releaseAsSource();
      }
    }
  }

  void drop() {
    if (entry != null) {
      entry.dropped = true;
    }
    for (int i = 0; holds && i < sources.length; i++) {
      if ((used & 1 << i) != 0) {
        sources[i].storage().releaseAsSource();
      } else {
        sources[i].storage().release();
      }
    }
  }
}
