package dev.adjoint.memory;

import dev.adjoint.event.FallbackEvent;
import dev.adjoint.spi.BackendProvider;
import dev.adjoint.spi.BackendProvider.Probe;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The devices of this process by name, opened on first use and kept.
public final class Devices {
  private static final System.Logger LOG = System.getLogger("dev.adjoint");
  private static final Map<Device, OpenDevice> OPEN = new ConcurrentHashMap<>();

  /// Kinds that have a backend somewhere, and the artifact that holds it.
  private static final Map<String, String> KNOWN =
      new TreeMap<>(
          Map.of(
              "cpu", "adjoint-backend-cpu",
              "cuda", "adjoint-backend-cuda",
              "opencl", "adjoint-backend-opencl"));

  private static volatile @Nullable OpenDevice cpu;
  private static volatile @Nullable Device best;

  private Devices() {}

  /// What is known of one device, found or not.
  ///
  /// @param device the name it has or would have
  /// @param available whether it can be opened
  /// @param description what it is, or what is missing
  /// @param remedy what to do to have it; empty when it is there
  public record Finding(Device device, boolean available, String description, String remedy) {}

  private record Ranked(Finding finding, int preference) {}

  private static final class Providers {
    static final List<BackendProvider> ALL = load();

    private static List<BackendProvider> load() {
      List<BackendProvider> found = new ArrayList<>();
      ServiceLoader.load(BackendProvider.class, Devices.class.getClassLoader()).forEach(found::add);
      return List.copyOf(found);
    }
  }

  /// Every device found, best first, then every kind not found with the reason.
  public static List<Finding> explain() {
    List<Ranked> found = new ArrayList<>();
    List<Finding> missing = new ArrayList<>();
    for (BackendProvider p : Providers.ALL) {
      for (Probe probe : p.probe()) {
        Device device = new Device(p.kind(), probe.index());
        Finding f = new Finding(device, probe.available(), probe.description(), probe.remedy());
        if (probe.available()) {
          found.add(new Ranked(f, probe.preference()));
        } else {
          missing.add(f);
        }
      }
    }
    found.sort(Comparator.comparingInt(Ranked::preference).reversed());
    for (Map.Entry<String, String> kind : KNOWN.entrySet()) {
      if (provider(kind.getKey()) == null) {
        missing.add(
            new Finding(
                new Device(kind.getKey(), 0),
                false,
                "no backend for " + kind.getKey() + " on the class path",
                "add the artifact dev.adjoint:" + kind.getValue()));
      }
    }
    return Stream.concat(found.stream().map(Ranked::finding), missing.stream()).toList();
  }

  private static @Nullable BackendProvider provider(String kind) {
    for (BackendProvider p : Providers.ALL) {
      if (p.kind().equals(kind)) {
        return p;
      }
    }
    return null;
  }

  /// The device a name stands for; `auto` is the best one found, with one line that says why not a
  /// better one.
  ///
  /// @throws DeviceException when the name has no sense
  public static Device resolve(String name) {
    if (!name.equals("auto")) {
      return Device.parse(name);
    }
    Device known = best;
    if (known == null) {
      known = Device.CPU;
      StringBuilder reasons = new StringBuilder();
      for (Finding f : explain()) {
        if (f.available()) {
          known = f.device();
          break;
        }
      }
      for (Finding f : explain()) {
        if (!f.available()) {
          reasons.append("; ").append(f.device()).append(": ").append(f.description());
        }
      }
      LOG.log(System.Logger.Level.DEBUG, "auto: using {0}{1}", known, reasons);
      if (!reasons.isEmpty()) {
        FallbackEvent.emit("auto: " + known, reasons.substring(2));
      }
      best = known;
    }
    return known;
  }

  /// The open device of this name.
  ///
  /// @throws DeviceException with the reason and the remedy when it cannot be had
  public static OpenDevice open(Device device) {
    OpenDevice open = device.equals(Device.CPU) ? cpu : OPEN.get(device);
    return open != null ? open : OPEN.computeIfAbsent(device, Devices::openNew);
  }

  private static OpenDevice openNew(Device device) {
    BackendProvider provider = provider(device.kind());
    if (provider == null) {
      String artifact = KNOWN.get(device.kind());
      throw new DeviceException(
          artifact == null
              ? "Expected one of "
                  + KNOWN.keySet()
                  + " device type at start of device string: "
                  + device.kind()
                  + ". Or auto, for the best there is."
              : device
                  + ": no backend on the class path. Add the artifact dev.adjoint:"
                  + artifact
                  + ".");
    }
    List<Probe> probes = provider.probe();
    for (Probe probe : probes) {
      if (probe.available() && probe.index() == device.index()) {
        OpenDevice opened = new OpenDevice(provider.open(device.index()));
        cpu = device.isCpu() ? opened : cpu;
        return opened;
      }
    }
    throw new DeviceException(device + ": " + missing(device.kind(), probes));
  }

  private static String missing(String kind, List<Probe> probes) {
    List<Device> found =
        probes.stream()
            .filter(Probe::available)
            .map(probe -> new Device(kind, probe.index()))
            .toList();
    if (found.isEmpty() && !probes.isEmpty()) {
      return probes.getLast().description() + ". " + probes.getLast().remedy();
    }
    return "there is no such device" + (found.isEmpty() ? "." : "; found: " + found + ".");
  }

  /// Opens a backend made elsewhere, such as a recording or checking one, under its device's name.
  public static void register(OpenDevice device) {
    OPEN.put(device.name(), device);
  }
}
