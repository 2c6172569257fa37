package dev.adjoint.backend.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A library of NVIDIA's toolkit, each of which Adjoint can do without.
///
/// It is the file that a property names; else it is looked for by soname where `CUDA_HOME` and
/// `CUDA_PATH` point to, where the loader looks, in the toolkits under `/usr/local`, and where pip
/// and conda put them. Sonames of the driver's own generation come first: what a newer toolkit
/// compiles, an older driver may refuse.
///
/// @param symbols its functions
/// @param file where it was found, for people
record ToolkitLibrary(SymbolLookup symbols, String file) {

  /// The first one; null when there is none.
  ///
  /// @param property the property that names a file, or is `false` to do without
  /// @param sonames newest first: `libnvrtc.so.13`
  /// @param driverVersion as 1000 x major + 10 x minor
  /// @throws IllegalCallerException when this JVM denies native access
  static @Nullable ToolkitLibrary find(String property, List<String> sonames, int driverVersion) {
    String chosen = System.getProperty(property);
    if (chosen != null) {
      return chosen.equals("false") ? null : open(chosen);
    }
    for (String soname : order(sonames, driverVersion)) {
      for (String place : places(soname, System::getenv)) {
        ToolkitLibrary library = open(place);
        if (library != null) {
          return library;
        }
      }
    }
    return null;
  }

  /// Where the library lies that [#find] would take, for people. Nothing is loaded, which takes long.
  static String located(String property, List<String> sonames, int driverVersion) {
    String chosen = System.getProperty(property);
    if (chosen != null) {
      return chosen.equals("false") ? "off (-D" + property + "=false)" : chosen;
    }
    for (String soname : order(sonames, driverVersion)) {
      for (String place : places(soname, System::getenv)) {
        for (Path file : place.indexOf('/') < 0 ? loaded(soname) : List.of(Path.of(place))) {
          if (Files.exists(file)) {
            return file.toString();
          }
        }
      }
    }
    return "none found (" + sonames.getFirst() + " or older, CUDA_HOME names its toolkit)";
  }

  /// Where the loader may find a name without a folder.
  private static List<Path> loaded(String soname) {
    String folders =
        Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "")
            + ":/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu:/usr/lib64:/usr/lib";
    return Arrays.stream(folders.split(":"))
        .filter(f -> !f.isEmpty())
        .map(f -> Path.of(f, soname))
        .toList();
  }

  /// Sonames of the driver's generation and older ones, then newer ones.
  static List<String> order(List<String> sonames, int driverVersion) {
    List<String> order = new ArrayList<>();
    List<String> newer = new ArrayList<>();
    for (String soname : sonames) {
      String major = soname.replaceFirst(".*\\.so\\.", "").replaceFirst("\\..*", "");
      (Integer.parseInt(major) * 1000 > driverVersion ? newer : order).add(soname);
    }
    order.addAll(newer.reversed());
    return order;
  }

  /// Where a library may lie. A name without a folder is for the loader.
  static List<String> places(String soname, UnaryOperator<@Nullable String> environment) {
    List<String> places = new ArrayList<>();
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      String toolkit = environment.apply(variable);
      if (toolkit != null && !toolkit.isEmpty()) {
        addToolkit(Path.of(toolkit), soname, places);
      }
    }
    places.add(soname);
    for (Path toolkit : matching(Path.of("/usr/local"), "cuda*").reversed()) {
      addToolkit(toolkit, soname, places);
    }
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX", "HOME")) {
      String prefix = environment.apply(variable);
      if (prefix != null && !prefix.isEmpty()) {
        boolean user = variable.equals("HOME");
        addPython(user ? Path.of(prefix, ".local") : Path.of(prefix), soname, places);
      }
    }
    addPython(Path.of("/usr/local"), soname, places);
    addPython(Path.of("/usr"), soname, places);
    return places;
  }

  private static void addToolkit(Path toolkit, String soname, List<String> places) {
    List<Path> folders = new ArrayList<>(List.of(toolkit.resolve("lib64"), toolkit.resolve("lib")));
    for (Path target : matching(toolkit.resolve("targets"), "*")) {
      folders.add(target.resolve("lib"));
    }
    addExisting(folders, soname, places);
  }

  /// pip's packages lie in `nvidia/<library>/lib`, or in `nvidia/cu13/lib`; conda's in the prefix.
  private static void addPython(Path prefix, String soname, List<String> places) {
    List<Path> folders = new ArrayList<>(List.of(prefix.resolve("lib")));
    for (Path python : matching(prefix.resolve("lib"), "python3*").reversed()) {
      for (String packages : List.of("site-packages", "dist-packages")) {
        for (Path library : matching(python.resolve(packages).resolve("nvidia"), "*")) {
          folders.add(library.resolve("lib"));
        }
      }
    }
    addExisting(folders, soname, places);
  }

  private static void addExisting(List<Path> folders, String soname, List<String> places) {
    for (Path folder : folders) {
      Path file = folder.resolve(soname);
      if (Files.exists(file)) {
        places.add(file.toString());
      }
    }
  }

  /// In order of names; empty where there is no such folder.
  private static List<Path> matching(Path folder, String glob) {
    TreeSet<Path> found = new TreeSet<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, glob)) {
        paths.forEach(found::add);
      } catch (IOException e) {
        return List.of(); // a folder that may not be read has nothing for us
      }
    }
    return List.copyOf(found);
  }

  @SuppressWarnings("restricted")
  private static @Nullable ToolkitLibrary open(String name) {
    try {
      SymbolLookup symbols =
          name.indexOf('/') < 0
              ? SymbolLookup.libraryLookup(name, Arena.global())
              : SymbolLookup.libraryLookup(Path.of(name), Arena.global());
      return new ToolkitLibrary(symbols, name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// A function that answers with an int.
  ///
  /// @throws UnsatisfiedLinkError when the library has none of this name
  @SuppressWarnings("restricted")
  MethodHandle function(String name, MemoryLayout... parameters) {
    MemorySegment address =
        symbols.find(name).orElseThrow(() -> new UnsatisfiedLinkError(file + " has no " + name));
    return Linker.nativeLinker()
        .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }

  /// Native functions throw nothing, and the handles' types are those of the calls.
  static AssertionError unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("a native call threw", e);
  }
}
