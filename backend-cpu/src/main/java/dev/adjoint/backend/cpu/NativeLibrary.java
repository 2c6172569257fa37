package dev.adjoint.backend.cpu;

import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Brings native libraries from the jar to a file and into the process.
///
/// The file's folder is named by the library's contents, so versions never mix, and files appear
/// in it by an atomic rename, so any number of JVMs may start at once.
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
    String resource =
        "dev/adjoint/native/" + PLATFORM + "/" + System.mapLibraryName("adjoint");
    Path file = extract(resource);
    if (file == null) {
      throw new DeviceException(
          "cpu: no kernel library for "
              + PLATFORM
              + ": the resource "
              + resource
              + " is not on the class path.\nAdd the adjoint-native-kernels jar of this platform,"
              + " or build it (sh native-kernels/build.sh <dir>, needs gcc or clang) and run with -D"
              + LIBRARY_PROPERTY
              + "=<dir>/"
              + resource
              + ".");
    }
    return file;
  }

  /// Loads a library for the life of the process.
  @SuppressWarnings("restricted")
  static SymbolLookup load(Path file) {
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
          "cpu: cannot load "
              + file.toAbsolutePath()
              + ": "
              + e.getMessage()
              + "\nIf its folder forbids execution (noexec), choose another with -D"
              + CACHE_PROPERTY
              + "=<dir>; if the library is of another system, name one with -D"
              + LIBRARY_PROPERTY
              + "=<file>.");
    }
  }

  /// Copies a resource to the cache, unless it is there, and returns the file; null when there is no
  /// such resource. Libraries that need each other are told apart by nothing but their folder, so
  /// `with` names those that must lie beside it.
  static @Nullable Path extract(String resource, String... with) {
    byte[] bytes = read(resource);
    if (bytes == null) {
      return null;
    }
    Path folder = cache().resolve(hash(bytes));
    try {
      createPrivate(folder);
      for (String name : with) {
        byte[] sibling = read(resource.substring(0, resource.lastIndexOf('/') + 1) + name);
        if (sibling != null) {
          place(folder.resolve(name), sibling);
        }
      }
      return place(folder.resolve(resource.substring(resource.lastIndexOf('/') + 1)), bytes);
    } catch (IOException e) {
      throw new DeviceException(
          "cpu: cannot write native libraries to "
              + folder
              + ": "
              + e
              + "\nChoose a folder that can be written with -D"
              + CACHE_PROPERTY
              + "=<dir>.");
    }
  }

  private static byte @Nullable [] read(String resource) {
    ClassLoader loader = NativeLibrary.class.getClassLoader();
    try (InputStream in = loader.getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new DeviceException("cpu: cannot read " + resource + " from the class path: " + e);
    }
  }

  private static Path place(Path file, byte[] bytes) throws IOException {
    if (Files.exists(file) && Files.size(file) == bytes.length) {
      return file;
    }
    Path part = Files.createTempFile(file.getParent(), "part", null);
    try {
      Files.write(part, bytes);
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

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    return (os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : os)
        + "-"
        + (arch.equals("amd64") ? "x86_64" : arch);
  }
}
