package dev.adjoint.arch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// How large a file, a method and a package may be; offenders are named with their size.
final class SizeRules {
  static final int FILE_LINES = 300;
  static final int TABLE_LINES = 400;
  static final int METHOD_LINES = 40;
  static final int PACKAGE_FILES = 25;

  private static final Pattern FACADE =
      Pattern.compile("(?m)^public (?:sealed |non-sealed )?interface \\w+|^public enum \\w+");

  private final Path root;
  private final List<Path> files;

  SizeRules(Path root) {
    this.root = root;
    this.files = SourceTree.files(root);
  }

  /// Files that are too long.
  List<String> longFiles() {
    List<String> offenders = new ArrayList<>();
    for (Path file : files) {
      List<String> lines = SourceTree.lines(file);
      int most = isTable(file, lines) ? TABLE_LINES : FILE_LINES;
      if (lines.size() > most) {
        offenders.add(name(file) + " has " + lines.size() + " lines, more than " + most);
      }
    }
    return offenders;
  }

  /// Tables, enums and the interfaces that users see are read line by line, so they may be longer.
  private boolean isTable(Path file, List<String> lines) {
    String name = name(file);
    boolean facade = name.matches("api/src/main/java/dev/adjoint/\\w+\\.java");
    String text = String.join("\n", lines);
    return name.endsWith(".def")
        || facade && FACADE.matcher(text).find()
        || name.endsWith(".java") && text.contains("\npublic enum ");
  }

  /// Methods and C functions that are too long.
  List<String> longMethods() {
    List<String> offenders = new ArrayList<>();
    for (Path file : files) {
      if (!name(file).matches(".*\\.(java|c|h|cu|cl)")) {
        continue;
      }
      for (Braces.Body body : Braces.bodies(String.join("\n", SourceTree.lines(file)))) {
        if (body.lines() > METHOD_LINES) {
          offenders.add(
              name(file)
                  + ":"
                  + body.line()
                  + " "
                  + body.name()
                  + " has "
                  + body.lines()
                  + " lines, more than "
                  + METHOD_LINES);
        }
      }
    }
    return offenders;
  }

  /// Packages, and folders of other sources, with too many files.
  List<String> largePackages() {
    Map<String, Integer> counts = new TreeMap<>();
    files.forEach(f -> counts.merge(name(f.getParent()), 1, Integer::sum));
    List<String> offenders = new ArrayList<>();
    counts.forEach((folder, count) -> {
      if (count > PACKAGE_FILES) {
        offenders.add(folder + " has " + count + " files, more than " + PACKAGE_FILES);
      }
    });
    return offenders;
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
