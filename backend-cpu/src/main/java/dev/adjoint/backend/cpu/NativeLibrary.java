package dev.adjoint.backend.cpu;

import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Brings native libraries from the jar to a file and into the process.
///
/// The file's folder is named by the library's contents, so versions never mix, and files appear in
/// it by an atomic rename, so any number of JVMs may start at once.
final class NativeLibrary {
  /// `linux-x86_64`, as in the resources' folder and in bytedeco's jars.
  static final String PLATFORM = platform();

  private static final String LIBRARY_PROPERTY = "adjoint.native.library";
  private static final String CACHE_PROPERTY = "adjoint.native.cache";

  private static volatile @Nullable SymbolLookup kernels;

  private NativeLibrary() {}

  /// The kernel library's symbols.
  ///
  /// @throws DeviceException whose first line says what is missing, the others what to do
  static SymbolLookup kernels() {
    SymbolLookup found = kernels;
    if (found == null) {
      synchronized (NativeLibrary.class) {
        found = kernels;
        if (found == null) {
          kernels = found = load(kernelFile());
        }
      }
    }
    return found;
  }

  private static Path kernelFile() {
    String override = System.getProperty(LIBRARY_PROPERTY);
    if (override != null) {
      return Path.of(override);
    }
    Path file = extract(resource(level()));
    if (file != null) {
      return file;
    }
    String resource = resource("");
    throw new DeviceException(
        "cpu: no kernel library for "
            + PLATFORM
            + ": the resource "
            + resource
            + " is not on the class path.\n"
            + "Add the adjoint-native-kernels jar of this platform, or build it (sh"
            + " native-kernels/build.sh <dir>, needs gcc or clang) and run with -D"
            + LIBRARY_PROPERTY
            + "=<dir>/"
            + resource
            + ".");
  }

  /// The best of [Processor#levels] of which there is a library; unknown where the property names one.
  static String level() {
    if (System.getProperty(LIBRARY_PROPERTY) != null) {
      return "";
    }
    return Processor.levels(Processor.lines()).stream()
        .filter(level -> find(resource(level)) != null)
        .findFirst()
        .orElse("");
  }

  /// @param level an ending of [Processor#levels]
  static String resource(String level) {
    String file = System.mapLibraryName("adjoint" + level);
    return "dev/adjoint/native/" + PLATFORM + "/" + file;
  }

  /// Loads a library of ours, or one that came in a jar, for the life of the process.
  static SymbolLookup load(Path file) {
    return load(
        file,
        "If its folder forbids execution (noexec), choose another with -D"
            + CACHE_PROPERTY
            + "=<dir>; if the library is of another system, name one with -D"
            + LIBRARY_PROPERTY
            + "=<file>.");
  }

  /// @param advice what to do where the file is no library that can be loaded
  @SuppressWarnings("restricted")
  static SymbolLookup load(Path file, String advice) {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalCallerException e) {
      throw new DeviceException(
          "cpu: this JVM denies native access: "
              + e.getMessage()
              + "\nRun java with --enable-native-access=ALL-UNNAMED, or"
              + " =dev.adjoint.backend.cpu when Adjoint is on the module path.");
    } catch (IllegalArgumentException e) {
      throw new DeviceException(
          "cpu: cannot load " + file.toAbsolutePath() + ": " + e.getMessage() + "\n" + advice);
    }
  }

  /// Copies a resource to the cache, unless it is there, and returns the file; null when there is
  /// no such resource.
  ///
  /// @param siblings names of resources that must lie beside it, where they exist
  static @Nullable Path extract(String resource, String... siblings) {
    URL url = find(resource);
    if (url == null) {
      return null;
    }
    Path folder = cache();
    try {
      folder = folder.resolve(contentKey(url));
      createPrivate(folder);
      String parent = resource.substring(0, resource.lastIndexOf('/') + 1);
      for (String sibling : siblings) {
        URL beside = find(parent + sibling);
        if (beside != null) {
          place(beside, folder.resolve(sibling));
        }
      }
      return place(url, folder.resolve(resource.substring(parent.length())));
    } catch (IOException e) {
      throw new DeviceException(
          "cpu: cannot copy "
              + resource
              + " to "
              + folder
              + ": "
              + e
              + "\nChoose a folder that can be written with -D"
              + CACHE_PROPERTY
              + "=<dir>.");
    }
  }

  private static @Nullable URL find(String resource) {
    return NativeLibrary.class.getClassLoader().getResource(resource);
  }

  /// Checksum and size: a jar's directory has both, so that a library is not read to find its copy.
  private static String contentKey(URL url) throws IOException {
    if (url.openConnection() instanceof JarURLConnection jar) {
      return String.format("%08x-%x", jar.getJarEntry().getCrc(), jar.getJarEntry().getSize());
    }
    try (InputStream in = url.openStream()) {
      byte[] bytes = in.readAllBytes();
      CRC32 crc = new CRC32();
      crc.update(bytes);
      return String.format("%08x-%x", crc.getValue(), bytes.length);
    }
  }

  /// A file under its final name is complete, since it got the name by a rename.
  private static Path place(URL source, Path file) throws IOException {
    if (Files.exists(file)) {
      return file;
    }
    Path part = Files.createTempFile(file.getParent(), "part", null);
    try (InputStream in = source.openStream()) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    return file;
  }

  private static void createPrivate(Path folder) throws IOException {
    Files.createDirectories(folder.getParent(), privately(folder));
    try {
      Files.createDirectory(folder, privately(folder));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
        throw e;
      }
    }
  }

  private static FileAttribute<?>[] privately(Path folder) {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static Path cache() {
    String chosen = System.getProperty(CACHE_PROPERTY);
    if (chosen != null) {
      return Path.of(chosen).toAbsolutePath();
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    String home = System.getProperty("user.home", ".");
    if (xdg != null && !xdg.isEmpty()) {
      return Path.of(xdg, "adjoint");
    }
    return PLATFORM.startsWith("macos")
        ? Path.of(home, "Library", "Caches", "adjoint")
        : Path.of(home, ".cache", "adjoint");
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    return (os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : os)
        + "-"
        + (arch.equals("amd64") ? "x86_64" : arch);
  }
}
