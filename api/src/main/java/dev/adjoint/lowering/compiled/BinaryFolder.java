package dev.adjoint.lowering.compiled;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Compiled kernels on disk, for the next process. A file is named by all that its contents depend
/// on and gets its name by an atomic rename, so any number of JVMs may share the folder.
///
/// It saves time and nothing else: what goes wrong here is logged, and the kernel is compiled.
public final class BinaryFolder {
  private static final System.Logger LOG = System.getLogger("dev.adjoint");
  private static final int HEADER = Long.BYTES;

  private final @Nullable Path folder;

  /// @param folder null to keep nothing
  public BinaryFolder(@Nullable Path folder) {
    this.folder = folder;
  }

  /// The user's own for a kind of device, unless a property such as `adjoint.opencl.cache` is `false`.
  public static BinaryFolder ofUser(String kind) {
    boolean off = System.getProperty("adjoint." + kind + ".cache", "true").equals("false");
    return new BinaryFolder(off ? null : cache().resolve(kind));
  }

  /// The name of a file whose contents depend on these and nothing else.
  public static String key(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /// Whether this keeps anything.
  public boolean keeps() {
    return folder != null;
  }

  /// What was kept under this key, unless it has been damaged since: a driver may trust it blindly.
  public byte @Nullable [] read(String key) {
    if (folder == null) {
      return null;
    }
    Path file = folder.resolve(key);
    try {
      if (!Files.exists(file)) {
        return null;
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      if (bytes.remaining() > HEADER) {
        long expected = bytes.getLong();
        byte[] binary = new byte[bytes.remaining()];
        bytes.get(binary);
        if (checksum(binary) == expected) {
          return binary;
        }
      }
      LOG.log(System.Logger.Level.DEBUG, "{0} is damaged", file);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot read " + file, e);
    }
    return null;
  }

  public void write(String key, byte[] binary) {
    if (folder == null) {
      return;
    }
    try {
      Files.createDirectories(folder, privately(folder));
      Path part = Files.createTempFile(folder, "part", null);
      try {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + binary.length);
        Files.write(part, bytes.putLong(checksum(binary)).put(binary).array());
        Files.move(part, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot keep a kernel in " + folder, e);
    }
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static FileAttribute<?>[] privately(Path folder) {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /// The folder where the CPU backend keeps its libraries, too.
  private static Path cache() {
    String chosen = System.getProperty("adjoint.native.cache");
    if (chosen != null) {
      return Path.of(chosen).toAbsolutePath();
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && !xdg.isEmpty()) {
      return Path.of(xdg, "adjoint");
    }
    String home = System.getProperty("user.home", ".");
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return os.startsWith("mac")
        ? Path.of(home, "Library", "Caches", "adjoint")
        : Path.of(home, ".cache", "adjoint");
  }
}
