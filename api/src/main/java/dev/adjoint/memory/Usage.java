package dev.adjoint.memory;

import dev.adjoint.memory.CachingAllocator.Statistics;
import dev.adjoint.memory.history.AllocationHistory;
import dev.adjoint.memory.history.CallSite;
import dev.adjoint.memory.pool.Limit;
import dev.adjoint.type.Device;
import dev.adjoint.type.OutOfMemoryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Who holds a device's memory at one moment.
public final class Usage {
  /// How many call-sites an error names.
  private static final int NAMED = 3;

  private final Device device;
  private final Statistics statistics;
  private final List<Held> sites = new ArrayList<>();

  /// What one call-site holds.
  ///
  /// @param blocks of memory, each of one tensor or one slab
  public record Held(CallSite site, long bytes, long blocks) {}

  /// @param first of the allocator's leases, whose lock is held
  Usage(Device device, Statistics statistics, @Nullable Lease first) {
    this.device = device;
    this.statistics = statistics;
    Map<CallSite, Held> held = new HashMap<>();
    long rest = statistics.live();
    for (Lease lease = first; lease != null; lease = lease.next) {
      CallSite site = lease.site == null ? CallSite.UNRECORDED : lease.site;
      long bytes = lease.chunk.bytes();
      held.merge(
          site,
          new Held(site, bytes, 1),
          (a, b) -> new Held(site, a.bytes + b.bytes, a.blocks + b.blocks));
      rest -= bytes;
    }
    sites.addAll(held.values());
    if (rest > 0) {
      sites.add(new Held(CallSite.CAPTURED, rest, 0));
    }
    sites.sort(
        Comparator.comparingLong(Held::bytes).reversed().thenComparing(h -> h.site.toString()));
  }

  /// The call that asks for memory, or that described the value which is to be stored.
  static CallSite siteOf(Object holder) {
    Pending p = holder instanceof Storage s ? s.pending() : null;
    if (p == null || p.row == null) {
      return holder instanceof Slab ? CallSite.SLAB : CallSite.here();
    }
    return p.site == null ? new CallSite(p.row.name(), CallSite.here().place()) : p.site;
  }

  /// The error of a request that cannot be met.
  OutOfMemoryException exhausted(Object holder, long bytes) {
    String op = (holder instanceof Slab ? CallSite.here() : siteOf(holder)).op();
    boolean limited = statistics.limit() != Long.MAX_VALUE;
    StringBuilder text = new StringBuilder(op.isEmpty() ? "" : op + ": ");
    text.append(
        String.format(
            Locale.ROOT,
            "%s out of memory. Tried to allocate %,d bytes; %,d bytes are in use, %,d are cached, %,d"
                + " reserved",
            device,
            bytes,
            statistics.live(),
            statistics.cached(),
            statistics.reserved()));
    if (limited) {
      text.append(String.format(Locale.ROOT, " of a limit of %,d", statistics.limit()));
    }
    text.append(". Close tensors, use a Scope, make the batch smaller, ");
    if (limited) {
      text.append("raise the limit (DeviceMemory.limit, -D" + Limit.PROPERTY + device + "), ");
    }
    return new OutOfMemoryException(text + "or see who holds it" + holders());
  }

  private String holders() {
    if (!AllocationHistory.isOn()) {
      return " with DeviceMemory.recordHistory(true) and DeviceMemory.snapshot.";
    }
    return sites.stream()
        .limit(NAMED)
        .map(h -> String.format(Locale.ROOT, "%s: %,d bytes", h.site, h.bytes))
        .collect(Collectors.joining("; ", ": ", "."));
  }

  public Statistics statistics() {
    return statistics;
  }

  /// Most bytes first.
  public List<Held> sites() {
    return List.copyOf(sites);
  }
}
