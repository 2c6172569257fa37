import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Limits;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.type.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Compiles the catalogue of kernels to PTX: `java MakeCatalogue.java <nvcc> <architecture> <folder>`.
/// Without arguments it prints what it would compile.
///
/// In the folder, `header` begins the PTX of every kernel, other files hold what follows, and each
/// line of `index` says of one kernel in which file, from which byte, and how many.
class MakeCatalogue {
  /// The instruction set of CUDA 11.0, older than any driver that we support: nvcc names its own,
  /// which only drivers of its generation know, for instructions that have been there for long.
  private static final String VERSION = ".version 7.0";

  /// Names and texts depend on no limit of a device.
  private static final Lowering LOWERING =
      Lowering.forCuda(new Limits("cuda", 256, 48 << 10, 1, 500, true));

  private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(");
  private static final Pattern FUNCTION = Pattern.compile("^\\.func .*?([\\w$]+)\\(?$");
  private static final Pattern TABLE =
      Pattern.compile("^\\.(?:global|const|shared) .*?([\\w$]+)(?:\\[\\d*\\])*\\s*[=;]");

  private final Path folder;
  private final List<String> command;
  private final StringBuilder index = new StringBuilder();
  private String header = "";

  MakeCatalogue(String nvcc, String architecture, Path folder) {
    this.folder = folder;
    this.command = List.of(nvcc, "-ptx", "-arch=" + architecture, "-std=c++17", "-fmad=false");
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      for (DType type : DType.values()) {
        LOWERING.catalogue(type).forEach(k -> System.out.println(k.name() + k.rows() + k.entry()));
      }
      return;
    }
    Path folder = Path.of(arguments[2]);
    Files.createDirectories(folder);
    new MakeCatalogue(arguments[0], arguments[1], folder).make();
  }

  private void make() throws Exception {
    Map<String, Future<String>> texts = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (DType type : DType.values()) {
        List<KernelSource> generated = new ArrayList<>();
        Map<String, KernelSource> structured = new LinkedHashMap<>();
        for (KernelSource kernel : LOWERING.catalogue(type)) {
          if (kernel.name().matches("(elementwise|fold)_[0-9a-f]{20}")) {
            generated.add(kernel);
          } else {
            structured.putIfAbsent(kernel.entry(), kernel);
          }
        }
        String rows = Lowering.rowsOfAllTypes();
        String words = structured.values().iterator().next().rows();
        String suffix = type.suffix();
        texts.put(suffix, threads.submit(() -> compile(suffix, rows, generated)));
        String name = "structured_" + suffix;
        texts.put(name, threads.submit(() -> compile(name, words, structured.values())));
      }
    }
    for (Map.Entry<String, Future<String>> text : texts.entrySet()) {
      write(text.getKey(), text.getValue().get());
    }
    Files.writeString(folder.resolve("header"), header);
    Files.writeString(folder.resolve("index"), index);
  }

  /// One text of many kernels, each in a namespace, since they define the same types.
  private String compile(String name, String rows, Collection<KernelSource> kernels)
      throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder(rows);
    int number = 0;
    for (KernelSource kernel : kernels) {
      text.append("namespace n").append(number++).append(" {\n").append(kernel.entry());
      text.append("}\n");
    }
    Path source = Files.writeString(Files.createTempFile(name, ".cu"), text);
    Path ptx = Files.createTempFile(name, ".ptx");
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("-o", ptx.toString(), source.toString()));
    Process nvcc = new ProcessBuilder(all).inheritIO().start();
    if (nvcc.waitFor() != 0) {
      throw new IOException("nvcc failed; the source is " + source);
    }
    String compiled = Files.readString(ptx);
    Files.delete(source);
    Files.delete(ptx);
    return compiled;
  }

  /// Takes a module apart into kernels, each with the functions and tables that it uses.
  private void write(String file, String ptx) throws IOException {
    Map<String, String> parts = parts(ptx);
    StringBuilder all = new StringBuilder();
    for (String part : parts.values()) {
      Matcher entry = ENTRY.matcher(part);
      if (entry.find()) {
        Map<String, String> used = new LinkedHashMap<>();
        use(entry.group(1), parts, used);
        StringBuilder kernel = new StringBuilder();
        used.values().forEach(kernel::append);
        index.append(entry.group(1)).append(' ').append(file).append(' ');
        index.append(all.length()).append(' ').append(kernel.length()).append('\n');
        all.append(kernel);
      }
    }
    Files.writeString(folder.resolve(file), all, StandardCharsets.US_ASCII);
  }

  /// What a part uses comes before it, as it does in the module.
  private static void use(String name, Map<String, String> parts, Map<String, String> used) {
    String part = parts.get(name);
    for (String other : parts.keySet()) {
      if (!other.equals(name)
          && !used.containsKey(other)
          && part.contains(other)
          && Pattern.compile("(?<![\\w$])" + Pattern.quote(other) + "(?![\\w$])")
              .matcher(part)
              .find()) {
        use(other, parts, used);
      }
    }
    used.put(name, part);
  }

  /// What a module defines, by name. Comments go, and so do declarations, since what is used comes
  /// first.
  private Map<String, String> parts(String ptx) throws IOException {
    Map<String, String> parts = new LinkedHashMap<>();
    StringBuilder begin = new StringBuilder();
    StringBuilder part = new StringBuilder();
    String name = null;
    for (String line : ptx.split("\n")) {
      String code = line.replaceFirst("\\s*//.*", "");
      if (code.isBlank()) {
        continue;
      }
      name = name != null ? name : name(code);
      if (name == null) {
        begin.append(code.replaceFirst("^\\.version .*", VERSION)).append('\n');
        continue;
      }
      part.append(code).append('\n');
      boolean isTable = part.length() == code.length() + 1 && code.endsWith(";");
      if (code.equals("}") || isTable) {
        parts.put(name, part.toString());
      }
      if (code.equals("}") || isTable || code.equals(";")) {
        part.setLength(0);
        name = null;
      }
    }
    if (!header.isEmpty() && !header.contentEquals(begin)) {
      throw new IOException("two headers:\n" + header + "\n" + begin);
    }
    header = begin.toString();
    return parts;
  }

  /// The name of what begins on this line; null when nothing does.
  private static String name(String line) {
    for (Pattern pattern : List.of(ENTRY, FUNCTION, TABLE)) {
      Matcher found = pattern.matcher(line);
      if (found.find()) {
        return found.group(1);
      }
    }
    return null;
  }
}
