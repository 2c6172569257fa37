package dev.adjoint.arch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds methods in Java and functions in C by their braces, which is enough to count lines.
///
/// A block is a body if what stands before its brace ends like a parameter list, and it stands in a
/// type or at the top of the file. Comments, strings and preprocessor lines are blanked first.
final class Braces {

  /// A method or function.
  ///
  /// @param name the word before its parameters
  /// @param line of the first line of its head, from 1
  /// @param lines from its head to its closing brace
  record Body(String name, int line, int lines) {}

  private static final Pattern NOISE =
      Pattern.compile(
          "\"\"\"[\\s\\S]*?\"\"\""
              + "|\"(?:\\\\.|[^\"\\\\\\n])*+\""
              + "|'(?:\\\\.|[^'\\\\\\n])*+'"
              + "|//[^\\n]*"
              + "|/\\*[\\s\\S]*?\\*/"
              + "|(?m:^[ \\t]*#(?:\\\\\\r?\\n|[^\\n])*+)");
  private static final Pattern TYPE =
      Pattern.compile("(?:^|[\\s)])(?:class|interface|enum|record|@interface)\\s+\\w");
  private static final Pattern ANNOTATIONS =
      Pattern.compile("^(?:\\s*@(?!interface)[\\w.]+(?:\\((?:[^()]|\\([^()]*\\))*+\\))?)*+\\s*");
  private static final Pattern HEAD =
      Pattern.compile("(\\w+)\\s*\\([^{}]*\\)\\s*(?:throws[\\w\\s.,]+)?$");

  private enum Kind {
    TYPE,
    BODY,
    OTHER
  }

  private record Block(Kind kind, String name, int line) {}

  private Braces() {}

  static List<Body> bodies(String source) {
    String text = blank(source);
    List<Body> found = new ArrayList<>();
    Deque<Block> open = new ArrayDeque<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{') {
        Block block = block(text, start, i, open.peek());
        open.push(block);
      } else if (c == '}' && !open.isEmpty()) {
        Block block = open.pop();
        if (block.kind == Kind.BODY) {
          found.add(new Body(block.name, block.line, lineOf(text, i) - block.line + 1));
        }
      }
      if (c == '{' || c == '}' || c == ';') {
        start = i + 1;
      }
    }
    return found;
  }

  private static Block block(String text, int start, int brace, Block around) {
    String before = text.substring(start, brace).stripTrailing();
    Matcher annotations = ANNOTATIONS.matcher(before);
    int from = annotations.find() ? annotations.end() : 0;
    String head = before.substring(from);
    int line = lineOf(text, start + from);
    boolean outer = around == null || around.kind == Kind.TYPE;
    if (outer && TYPE.matcher(head).find()) {
      return new Block(Kind.TYPE, "", line);
    }
    Matcher m = HEAD.matcher(head);
    return outer && m.find() && !head.contains("=")
        ? new Block(Kind.BODY, m.group(1), line)
        : new Block(Kind.OTHER, "", line);
  }

  /// Replaces comments, literals and directives by as many lines of nothing.
  private static String blank(String source) {
    return NOISE
        .matcher(source)
        .replaceAll(m -> "\n".repeat((int) m.group().chars().filter(c -> c == '\n').count()));
  }

  private static int lineOf(String text, int position) {
    int line = 1;
    for (int i = 0; i < position && i < text.length(); i++) {
      line += text.charAt(i) == '\n' ? 1 : 0;
    }
    return line;
  }
}
