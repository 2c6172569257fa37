package dev.adjoint.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The library of NVIDIA's driver, which comes with the driver and never with a toolkit.
final class DriverLibrary {
  static final String PROPERTY = "adjoint.cuda.driver";

  /// What to try: the file that the property names, else what the loader finds, else WSL's folder.
  static final List<String> NAMES =
      names(System.getProperty(PROPERTY), System.getProperty("os.name", ""));

  private DriverLibrary() {}

  /// The first library of these names, for the life of the process; null when there is none. JCuda's
  /// own library, loaded later, is given the same one, since the loader knows it by its soname.
  ///
  /// @throws IllegalCallerException when this JVM denies native access
  @SuppressWarnings("restricted")
  static @Nullable SymbolLookup find(List<String> names) {
    for (String name : names) {
      try {
        return name.indexOf('/') < 0
            ? SymbolLookup.libraryLookup(name, Arena.global())
            : SymbolLookup.libraryLookup(Path.of(name), Arena.global());
      } catch (IllegalArgumentException e) {
        // not of this name
      }
    }
    return null;
  }

  static List<String> names(@Nullable String chosen, String system) {
    if (chosen != null) {
      return List.of(chosen);
    }
    return system.toLowerCase(Locale.ROOT).startsWith("windows")
        ? List.of("nvcuda.dll")
        : List.of("libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1");
  }
}
