package dev.adjoint.random;

import java.util.List;

/// One line of a program: `! t3,t4 = unbind t1 0`, and what PyTorch showed after it.
///
/// @param recording false for what runs inside noGrad
/// @param unchecked for a pass that failed at an overwritten saved tensor, what it shows in PyTorch where such
///     tensors are copied before they are overwritten; else empty
/// @param results the names that it gives, none for a statement that only changes something
record Statement(
    String text,
    boolean recording,
    List<String> results,
    String word,
    List<String> arguments,
    String shown,
    String unchecked) {

  static Statement parse(String line) {
    int bar = line.indexOf(" | ");
    String text = line.substring(0, bar);
    boolean recording = !text.startsWith("! ");
    String rest = recording ? text : text.substring(2);
    int equals = rest.indexOf(" = ");
    List<String> results = equals < 0 ? List.of() : List.of(rest.substring(0, equals).split(","));
    List<String> words = List.of((equals < 0 ? rest : rest.substring(equals + 3)).split(" "));
    String[] shown = (line.substring(bar + 3) + " ~~ ").split(" ~~ ", 3);
    return new Statement(
        text,
        recording,
        results,
        words.getFirst(),
        words.subList(1, words.size()),
        shown[0],
        shown[1]);
  }

  /// Whether PyTorch refused it.
  boolean fails() {
    return shown.startsWith("error ");
  }

  @Override
  public String toString() {
    return text;
  }
}
