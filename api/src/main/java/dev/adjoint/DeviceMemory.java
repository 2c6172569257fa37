package dev.adjoint;

import dev.adjoint.memory.CachingAllocator;
import dev.adjoint.memory.CachingAllocator.Statistics;
import dev.adjoint.memory.Devices;
import dev.adjoint.memory.Usage;
import dev.adjoint.memory.history.AllocationHistory;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.List;
import java.util.Locale;

/// How much of a device's memory this process has, in bytes: what tensors are stored in. What kernels
/// need beside while they run is not counted.
///
/// PyTorch calls `live` allocated. Sizes are rounded up, to a quarter of a power of two, beyond 64 KiB to a
/// 32nd; tensors of up to 256 bytes share slabs.
///
/// @param live what tensors and graphs hold
/// @param cached what waits for the next tensor
/// @param reserved what was taken from the device
/// @param peak the most that `live` has been since [#resetPeak]
/// @param peakReserved the most that `reserved` has been since [#resetPeak]
/// @param limit of `reserved`; [Long#MAX_VALUE] for none
public record DeviceMemory(
    long live, long cached, long reserved, long peak, long peakReserved, long limit) {

  /// The state of a device at this moment; opens it if it was not in use.
  ///
  /// @throws dev.adjoint.type.DeviceException when it cannot be had
  public static DeviceMemory of(Device device) {
    return of(allocator(device).statistics());
  }

  private static DeviceMemory of(Statistics s) {
    return new DeviceMemory(
        s.live(), s.cached(), s.reserved(), s.peak(), s.peakReserved(), s.limit());
  }

  private static CachingAllocator allocator(Device device) {
    return Devices.open(device).allocator();
  }

  /// Counts the peaks from what there is now.
  public static void resetPeak(Device device) {
    allocator(device).resetPeak();
  }

  /// Gives what is cached back to the device, as far as nobody uses a part of it.
  public static void emptyCache(Device device) {
    allocator(device).trim();
  }

  /// Lets this process reserve at most so many bytes of a device; [Long#MAX_VALUE] ends that.
  ///
  /// A tensor that would pass the limit has what is cached given back and unreachable tensors collected
  /// first; if it still would, it is refused with an [dev.adjoint.type.OutOfMemoryException]. What was
  /// reserved before stays. The property `adjoint.memory.limit.` and the device or its kind sets a limit
  /// from the start: `-Dadjoint.memory.limit.cpu=2g`, `-Dadjoint.memory.limit.cuda:1=50%`.
  ///
  /// @throws dev.adjoint.type.DeviceException when it is negative
  public static void limit(Device device, long bytes) {
    if (bytes < 0) {
      throw new DeviceException("limit: " + bytes + " bytes are fewer than none.");
    }
    allocator(device).limit(bytes);
  }

  /// As [#limit(Device, long)], a part of the memory that the device has.
  ///
  /// @param fraction between 0 and 1
  /// @throws dev.adjoint.type.DeviceException when it is not, or the device does not tell what it has
  public static void limitFraction(Device device, double fraction) {
    allocator(device).limitFraction(fraction);
  }

  /// Has the memory of tensors made from now on remember who made it, on all devices, for [#snapshot]. It
  /// costs a stack walk per tensor; off, as at the start, nothing. The property
  /// `adjoint.memory.history=true` turns it on from the start.
  public static void recordHistory(boolean on) {
    AllocationHistory.record(on);
  }

  /// Who holds a device's memory at this moment. A value that waits to be computed holds none yet; later
  /// it counts where it was described.
  public static Snapshot snapshot(Device device) {
    Usage usage = allocator(device).usage();
    return new Snapshot(
        device,
        of(usage.statistics()),
        usage.sites().stream()
            .map(h -> new Site(h.site().op(), h.site().place(), h.bytes(), h.blocks()))
            .toList());
  }

  /// What one line of the program holds of a device's memory.
  ///
  /// @param op the operation it called: a method's name, in a backward the node's
  /// @param callSite the line, as a stack trace would show it; empty where there is none
  /// @param bytes held
  /// @param blocks of memory, each of one tensor and its views
  public record Site(String op, String callSite, long bytes, long blocks) {}

  /// A device's memory by call-site.
  ///
  /// @param memory the totals; its `live` is the sum over the sites
  /// @param sites most bytes first; memory from before [#recordHistory] is one of them
  public record Snapshot(Device device, DeviceMemory memory, List<Site> sites) {

    /// A table, one line per site.
    @Override
    public String toString() {
      int width = sites.stream().mapToInt(s -> s.op.length()).max().orElse(0);
      StringBuilder text =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "%,16d bytes of %s in use, %,d cached, %,d reserved, at most %,d in use%n",
                  memory.live,
                  device,
                  memory.cached,
                  memory.reserved,
                  memory.peak));
      for (Site s : sites) {
        String row =
            String.format(
                Locale.ROOT,
                "%,16d %,8d  %-" + width + "s  %s",
                s.bytes,
                s.blocks,
                s.op,
                s.callSite);
        text.append(row.stripTrailing()).append(System.lineSeparator());
      }
      return text.toString();
    }
  }
}
