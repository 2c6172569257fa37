package dev.adjoint.random;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// A program that `tests/golden/programs/generate.py` wrote.
///
/// @param seed what made it; `generate.py --show SEED` prints it
record Program(int seed, List<Statement> statements) {

  /// The programs of a golden file, in the order of their seeds.
  static List<Program> of(String file) {
    String path = "/golden/" + file + ".jsonl.gz";
    try (InputStream in = Program.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(
            path + " is missing: run tests/golden/programs/generate.py");
      }
      var lines = new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8);
      return new BufferedReader(lines).lines().map(Program::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Program parse(String line) {
    JsonArray array = JsonParser.parseString(line).getAsJsonArray();
    List<Statement> statements = new ArrayList<>();
    for (int i = 1; i < array.size(); i++) {
      statements.add(Statement.parse(array.get(i).getAsString()));
    }
    return new Program(array.get(0).getAsInt(), statements);
  }

  /// Whether a name was given to a gradient before a statement, or to a view of one.
  boolean comesFromGradient(String name, int before) {
    String at = name;
    for (Statement s : statements.subList(0, before).reversed()) {
      if (s.results().contains(at)) {
        if (s.word().startsWith("grad")) {
          return true;
        }
        at = s.arguments().getFirst();
      }
    }
    return false;
  }

  /// Whether some views of it are results of unbind or split, and had to be made one by one in PyTorch.
  boolean hasParts() {
    return statements.stream().anyMatch(s -> s.word().equals("rows") || s.word().equals("pieces"));
  }

  /// Whether a name is a view, made before what it is a view of was told to ask for a gradient.
  boolean asksLater(String name, int before) {
    String at = name;
    for (int i = before - 1; i >= 0; i--) {
      Statement s = statements.get(i);
      if (s.results().contains(at)) {
        String base = s.arguments().isEmpty() ? "" : s.arguments().getFirst();
        int made = i;
        boolean asked =
            statements.subList(made, before).stream()
                .anyMatch(l -> l.text().endsWith("requires_grad_ " + base + " 1") && !l.fails());
        if (asked) {
          return true;
        }
        at = base;
      }
    }
    return false;
  }

  /// The statements before one, as text.
  String toString(int before) {
    return statements.subList(0, before).toString();
  }

  @Override
  public String toString() {
    return "program " + seed;
  }
}
