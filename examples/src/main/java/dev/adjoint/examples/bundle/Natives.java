package dev.adjoint.examples.bundle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Shared libraries, in jars and in folders: what they need of the C library, and which nobody loads.
final class Natives {
  /// Entries that only the Java bindings of these jars would use, and those are not ours.
  private static final Pattern UNUSED =
      Pattern.compile(
          "META-INF/native-image/.*|org/bytedeco/.*/(lib|include|share)/.*"
              + "|org/bytedeco/.*/libjni\\w+\\.so|lib/libJ(NvPTXCompiler|Nvrtc)-.*\\.so");

  private static final Pattern VERSION = Pattern.compile("GLIBC_2\\.(\\d+)");

  /// The libraries by the version of glibc that they need: 35 stands for 2.35.
  private final Map<Integer, String> needs = new TreeMap<>();

  /// Copies a jar without what nobody uses.
  void copy(Path jar, Path to) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      out.setLevel(Deflater.BEST_COMPRESSION);
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!UNUSED.matcher(entry.getName()).matches()) {
          byte[] bytes = zip.getInputStream(entry).readAllBytes();
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTime(entry.getTime());
          out.putNextEntry(copy);
          out.write(bytes);
          look(entry.getName(), bytes);
        }
      }
    }
  }

  /// Looks at a file that may be a shared library: versions stand in it as text.
  void look(String name, byte[] bytes) {
    if (!name.contains(".so") && !name.endsWith("/java")) {
      return;
    }
    int version = 0;
    Matcher m = VERSION.matcher(new String(bytes, ISO_8859_1));
    while (m.find()) {
      version = Math.max(version, Integer.parseInt(m.group(1)));
    }
    needs.merge(version, name.replaceFirst(".*/", ""), (a, b) -> a + ", " + b);
  }

  /// Such as `2.35 (libadjoint.so)`.
  String newestGlibc() {
    int newest = Collections.max(needs.keySet());
    return "2." + newest + " (" + needs.get(newest) + ")";
  }
}
