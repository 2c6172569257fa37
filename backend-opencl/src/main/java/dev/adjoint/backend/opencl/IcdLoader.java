package dev.adjoint.backend.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The library that passes OpenCL's calls on to the drivers which are installed.
final class IcdLoader {
  /// What to try, in JOCL's order: it must find the same one.
  static final List<String> NAMES = names(System.getProperty("os.name", ""));

  private IcdLoader() {}

  /// The first library of these names, for the life of the process; null when there is none.
  ///
  /// @throws IllegalCallerException when this JVM denies native access
  @SuppressWarnings("restricted")
  static @Nullable SymbolLookup find(List<String> names) {
    for (String name : names) {
      try {
        return SymbolLookup.libraryLookup(name, Arena.global());
      } catch (IllegalArgumentException e) {
        // not of this name
      }
    }
    return null;
  }

  private static List<String> names(String system) {
    String os = system.toLowerCase(Locale.ROOT);
    if (os.startsWith("mac")) {
      return List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL");
    }
    return os.startsWith("windows")
        ? List.of("OpenCL.dll")
        : List.of("libOpenCL.so.1", "libOpenCL.so");
  }
}
