package dev.adjoint.lowering;

import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The files of `native-kernels`, as one text: a driver's compiler has no folders to include from.
final class KernelFiles {
  private static final String FOLDER = "dev/adjoint/kernels/";
  private static final Pattern INCLUDE =
      Pattern.compile("^#include \"([^\"]+)\".*$", Pattern.MULTILINE);
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern ENTRY = Pattern.compile("\\bKERNEL(\\d|_OF_MANY)\\((\\w+)");

  private static final Map<String, String> TEXTS = new ConcurrentHashMap<>();

  private KernelFiles() {}

  /// The words of the dialect and every row of these types.
  static String rows(Collection<DType> types) {
    StringBuilder text = new StringBuilder(expanded("dialect.h"));
    for (DType type : new TreeSet<>(types)) {
      text.append(expanded("types/" + type.suffix() + ".h"))
          .append(expanded("elementwise/of_one.h"))
          .append(expanded("types/none.h"));
    }
    return text.toString();
  }

  /// What structured kernels of a type are written in.
  ///
  /// @param oneLane whether groups have one lane each
  static String words(DType type, boolean oneLane) {
    return (oneLane ? "#define ONE_LANE\n" : "")
        + expanded("dialect.h")
        + "#define LOCAL_BYTES 8\n"
        + expanded("types/" + type.suffix() + ".h");
  }

  /// All kernels of the file that this one is written in.
  ///
  /// @param tuned what of it is tuned, or null
  static String structured(String kernel, @Nullable Tuned tuned) {
    return expanded(tuned == null ? file(kernel) : tuned.file());
  }

  /// A kernel of a dialect's own, and how it is launched.
  ///
  /// @param lanes of a group
  /// @param atOnce groups that run at once on a unit; no more are started
  /// @param parts nor more than this for one of the caller's groups
  record Tuned(String file, int lanes, int atOnce, int parts) {}

  /// Null where a dialect has the portable kernel.
  static @Nullable Tuned tuned(String dialect, String kernel) {
    String file = file(kernel).replace("structured/", "tuned/" + dialect + "/");
    if (!exists(file)) {
      return null;
    }
    String text = expanded(file);
    return new Tuned(file, number(text, "LANES"), number(text, "AT_ONCE"), number(text, "PARTS"));
  }

  private static int number(String text, String word) {
    Matcher define = Pattern.compile("#define \\w+_" + word + " (\\d+)").matcher(text);
    if (!define.find()) {
      throw new IllegalArgumentException("a tuned kernel does not say its " + word);
    }
    return Integer.parseInt(define.group(1));
  }

  /// The file a structured kernel is written in.
  static String file(String kernel) {
    String file = Structured.FILES.get(kernel);
    if (file == null) {
      throw new IllegalArgumentException("no kernel file has " + kernel);
    }
    return file;
  }

  /// Whether the kernel has as many operands as a size says.
  static boolean takesMany(String kernel) {
    return Structured.OF_MANY.contains(kernel);
  }

  /// Whether there is such a kernel, for some type.
  static boolean has(String kernel) {
    return Structured.FILES.containsKey(kernel);
  }

  /// The names of all structured kernels.
  static Set<String> kernels() {
    return new TreeSet<>(Structured.FILES.keySet());
  }

  /// Files of structured kernels by kernel, found by reading them once.
  private static final class Structured {
    static final Map<String, String> FILES = new HashMap<>();
    static final Set<String> OF_MANY = new HashSet<>();

    static {
      Matcher include = INCLUDE.matcher(read("structured/devices.h"));
      while (include.find()) {
        String file = "structured/" + include.group(1);
        Matcher entry = ENTRY.matcher(read(file));
        while (entry.find()) {
          FILES.put(entry.group(2), file);
          if (entry.group(1).equals("_OF_MANY")) {
            OF_MANY.add(entry.group(2));
          }
        }
      }
    }
  }

  private static String expanded(String path) {
    return TEXTS.computeIfAbsent(path, p -> expand(p, COMMENT.matcher(read(p)).replaceAll("")));
  }

  /// A file that is not there stays as it was written: another dialect's branch includes it.
  private static String expand(String path, String text) {
    String folder = path.substring(0, path.lastIndexOf('/') + 1);
    return INCLUDE
        .matcher(text.replace("#pragma once\n", ""))
        .replaceAll(include -> {
          String inner = normal(folder + include.group(1));
          String replacement =
              exists(inner)
                  ? expand(inner, COMMENT.matcher(read(inner)).replaceAll(""))
                  : include.group();
          return Matcher.quoteReplacement(replacement);
        });
  }

  private static String normal(String path) {
    return path.replaceAll("[^/]+/\\.\\./", "");
  }

  private static boolean exists(String path) {
    return KernelFiles.class.getClassLoader().getResource(FOLDER + path) != null;
  }

  static String read(String path) {
    ClassLoader loader = KernelFiles.class.getClassLoader();
    try (InputStream in = loader.getResourceAsStream(FOLDER + path)) {
      if (in == null) {
        throw new DeviceException(
            "The kernels' source "
                + path
                + " is not on the class path. Add the artifact dev.adjoint:adjoint-native-kernels.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new DeviceException("Cannot read the kernels' source " + path + ": " + e);
    }
  }
}
