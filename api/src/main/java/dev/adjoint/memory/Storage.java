package dev.adjoint.memory;

import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Elements of one type on one device, shared by a tensor, its views and whatever was saved of them.
///
/// The memory is never handed out: [#forReading] makes a pending value real, [#forWriting] counts a version. Counted
/// references free the memory the moment nobody needs it; the lease is the net for holders dropped without a word.
public final class Storage extends Counted {
  private static final VarHandle VERSION;
  private static final VarHandle PENDING;
  private static final VarHandle DEPENDENTS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      VERSION = lookup.findVarHandle(Storage.class, "version", int.class);
      PENDING = lookup.findVarHandle(Storage.class, "pending", Pending.class);
      DEPENDENTS = lookup.findVarHandle(Storage.class, "dependents", Dependents.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final OpenDevice device;
  private final DType type;
  private final long elements;
  private volatile @Nullable Pending pending;
  private @Nullable Buffer buffer;
  private long start; // in elements from the buffer's
  private @Nullable Object holder;
  private volatile @Nullable Dependents dependents;
  private volatile int version;
  private boolean inference;
  private volatile boolean exposed;
  private String lastWriter = "";
  private @Nullable Consumer<Layout> beforeWrite;
  private @Nullable WriteLog log; // of writes to parts, while something is saved

  private Storage(OpenDevice device, DType type, long elements, @Nullable Pending pending) {
    this.device = device;
    this.type = type;
    this.elements = type.countable(elements);
    // A plain write, since nobody else can see this yet: a volatile one costs a fence.
    PENDING.set(this, pending);
  }

  /// Memory with undefined contents.
  public static Storage allocate(OpenDevice device, DType type, long elements) {
    Storage storage = new Storage(device, type, elements, null);
    storage.take();
    return storage;
  }

  /// Equal elements that take no memory until somebody needs them in memory.
  public static Storage constant(OpenDevice device, DType type, long elements, long bits) {
    return new Storage(device, type, elements, Pending.constant(type, bits));
  }

  static Storage pending(OpenDevice device, long elements, Pending pending) {
    DType type =
        pending.row != null && pending.row.family().yieldsBool() ? DType.BOOL : pending.type;
    return new Storage(device, type, elements, pending);
  }

  public OpenDevice device() {
    return device;
  }

  public DType type() {
    return type;
  }

  public long elements() {
    return elements;
  }

  /// Makes this one of those that no graph may save; called before anybody else sees it.
  public void markInference() {
    inference = true;
  }

  public boolean isInference() {
    return inference;
  }

  /// How often this was written.
  public int version() {
    return version;
  }

  /// Counts versions from 0 again, since nobody else has seen this.
  public void restartVersions() {
    version = 0;
  }

  /// The in-place operation that overwrote some of these places since a version; null when all writes
  /// since then are known to have been elsewhere.
  public @Nullable String overwrittenBy(int since, Layout places) {
    WriteLog known = log;
    return version == since
        ? null
        : known == null ? lastWriter : known.overwrittenBy(since, places);
  }

  @Override
  void free() {
    realized();
    Object held = holder;
    holder = null;
    buffer = null;
    if (held instanceof Lease lease) {
      lease.owner.release(lease);
    } else if (held instanceof Slab slab) {
      slab.release();
    }
  }

  /// The pending values that read this; null when there never were any that wait outside of a [Window].
  @Nullable Dependents dependents() {
    return dependents;
  }

  /// Lets a write to this find a pending value.
  void addDependent(Dependents.Entry value) {
    Dependents known = dependents;
    if (known == null) {
      Dependents fresh = new Dependents(this);
      known = (Dependents) DEPENDENTS.compareAndExchange(this, null, fresh);
      known = known == null ? fresh : known;
    }
    known.add(value);
  }

  int pendingWeight() {
    Pending p = pending;
    return p == null ? 0 : p.weight;
  }

  /// How many operands computing this reads at most; it is one itself if it is in memory.
  int leaves() {
    Pending p = pending;
    return p == null ? 1 : p.leaves;
  }

  /// The description of the value, or null when it is in memory.
  @Nullable Pending pending() {
    return pending;
  }

  /// Whether the elements are still to be computed.
  public boolean isPending() {
    return pending != null;
  }

  /// Whether this is an elementwise result that waits to be computed until something needs it.
  public boolean isDeferred() {
    Pending p = pending;
    return p != null && p.entry != null;
  }

  /// Counts that a pending value was computed once more as a part of others.
  void repeated() {
    Pending p = pending;
    if (p != null) {
      p.repeats++;
    }
  }

  /// Whether this was so often computed as a part of others that it should be stored.
  boolean isWorthStoring() {
    Pending p = pending;
    return p != null && p.entry != null && Deferral.isOften(p.repeats) && isWanted();
  }

  /// Leave to read; computes a pending value first.
  public Operand forReading(long offset, long[] strides) {
    if (pending != null) {
      Realization.of(this);
    }
    return operand(offset, strides);
  }

  /// Leave to read, and for the host to keep an address to write to: from now on no reader of this waits.
  public Operand exposed(long offset, long[] strides) {
    Window.flush();
    ReentrantLock turn = device.takeTurn();
    try {
      exposed = true;
      Dependents.settle(this);
      return forReading(offset, strides);
    } finally {
      turn.unlock();
    }
  }

  boolean isExposed() {
    return exposed;
  }

  /// Leave to write; counts a version and remembers the writer's name for error messages.
  ///
  /// @param region what is written
  /// @param strides the region's, as the launch walks it
  public Operand forWriting(Layout region, long[] strides, String writer) {
    Window.flush();
    boolean whole = region.covers(elements);
    if (pending != null && !whole) {
      Realization.of(this);
    }
    final Operand place = operand(region.offset(), strides);
    count(region, whole, writer);
    Recording.wrote(this, region, writer);
    return place;
  }

  /// Counts a version for a write to a region.
  void count(Layout region, boolean whole, String writer) {
    int before = (int) VERSION.getAndAdd(this, 1);
    if (isSaved() && !whole) {
      remember(before, region, writer);
    } else if (log != null) {
      log = null;
    }
    lastWriter = writer;
  }

  /// Who is told of a region before it is written; null for nobody.
  public @Nullable Consumer<Layout> beforeWrite() {
    return beforeWrite;
  }

  public void beforeWrite(@Nullable Consumer<Layout> told) {
    beforeWrite = told;
  }

  private synchronized void remember(int before, Layout region, String writer) {
    WriteLog known = log;
    if (known == null) {
      known = new WriteLog(before, lastWriter);
      log = known;
    }
    known.add(before + 1, region, writer);
  }

  /// Leave to fill memory that nobody has seen yet, which is not a change.
  public Operand forFilling(long offset, long[] strides) {
    Recording.filled(this);
    return operand(offset, strides);
  }

  private Operand operand(long offset, long[] strides) {
    Buffer memory = buffer;
    if (memory == null) {
      requireHeld();
      memory = take();
    }
    return new Operand(memory, start + offset, strides, this);
  }

  private Buffer take() {
    long bytes = Math.max(1, elements) * type.bytes();
    Buffer memory;
    if (bytes <= Slab.LARGEST) {
      Slab slab = device.slab(bytes);
      start = slab.cut(bytes) / type.bytes();
      memory = slab.buffer();
      holder = slab;
    } else {
      Lease lease = device.allocate(this, bytes);
      start = lease.chunk.offset() / type.bytes();
      memory = lease.chunk.buffer();
      holder = lease;
    }
    buffer = memory;
    return memory;
  }

  /// The [Lease] or [Slab] that has the memory.
  @Nullable Object holder() {
    return holder;
  }

  /// Called with the memory filled, or given back: the description is no longer needed.
  void realized() {
    Pending p = pending;
    if (p != null) {
      PENDING.setRelease(this, null);
      p.drop();
    }
  }
}
