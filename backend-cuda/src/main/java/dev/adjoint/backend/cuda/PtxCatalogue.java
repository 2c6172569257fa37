package dev.adjoint.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The kernels of [dev.adjoint.lowering.Lowering#catalogue] as PTX, which the driver compiles: made
/// when the library is built, by a machine that has `nvcc`, and part of the jar. How it lies there is
/// `src/build/java/MakeCatalogue.java`'s to say.
final class PtxCatalogue {
  /// @param file the resource it is in
  /// @param first its first byte there
  private record Place(String file, int first, int bytes) {}

  private final Function<String, @Nullable InputStream> resources;
  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, SoftReference<byte[]>> files = new ConcurrentHashMap<>();
  private final byte[] header;

  /// The one in the jar.
  PtxCatalogue() {
    this(name -> PtxCatalogue.class.getResourceAsStream("ptx/" + name));
  }

  /// @param resources what there is by its name; null when there is none
  PtxCatalogue(Function<String, @Nullable InputStream> resources) {
    this.resources = resources;
    for (String line : new String(read("index"), StandardCharsets.UTF_8).split("\n", 0)) {
      String[] parts = line.split(" ", 0);
      if (parts.length == 4) {
        Place place = new Place(parts[1], Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
        places.put(parts[0], place);
      }
    }
    this.header = read("header");
  }

  /// Whether it was made.
  boolean isThere() {
    return !places.isEmpty();
  }

  boolean has(String kernel) {
    return places.containsKey(kernel);
  }

  /// The PTX of one kernel; null when there is none.
  byte @Nullable [] find(String kernel) {
    Place place = places.get(kernel);
    if (place == null) {
      return null;
    }
    byte[] ptx = Arrays.copyOf(header, header.length + place.bytes());
    System.arraycopy(file(place.file()), place.first(), ptx, header.length, place.bytes());
    return ptx;
  }

  private byte[] file(String name) {
    SoftReference<byte[]> known = files.get(name);
    byte[] bytes = known == null ? null : known.get();
    if (bytes == null) {
      bytes = read(name);
      files.put(name, new SoftReference<>(bytes));
    }
    return bytes;
  }

  /// Empty when there is no such resource.
  private byte[] read(String name) {
    try (InputStream in = resources.apply(name)) {
      return in == null ? new byte[0] : in.readAllBytes();
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
