package dev.adjoint.random;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The words after a statement's first, read as what the operation takes in their places.
record Arguments(List<String> words, Map<String, Tensor> tensors, Device device) {

  int count() {
    return words.size();
  }

  boolean has(int i) {
    return i < words.size();
  }

  boolean isTensor(int i) {
    return words.get(i).matches("t\\d+");
  }

  /// A named tensor or a literal index.
  Tensor tensor(int i) {
    String word = words.get(i);
    if (word.startsWith("i<")) {
      String[] halves = word.substring(1).split(":", 2);
      long[] values = longs("[" + halves[1] + "]");
      return Tensors.tensor(values, DType.INT64, device).reshape(longs(halves[0])).detach();
    }
    return named(word);
  }

  private Tensor named(String name) {
    return requireNonNull(tensors.get(name), () -> name + " has no value");
  }

  List<Tensor> tensors(int i) {
    return items(words.get(i)).map(this::named).toList();
  }

  Number number(int i) {
    String word = words.get(i);
    if (word.contains(".")) {
      return Double.valueOf(word);
    }
    return Long.valueOf(word);
  }

  int integer(int i) {
    return Integer.parseInt(words.get(i));
  }

  /// `1` for true; false where the word is missing.
  boolean flag(int i) {
    return has(i) && words.get(i).equals("1");
  }

  long[] longs(int i) {
    return longs(words.get(i));
  }

  int[] ints(int i) {
    return items(words.get(i)).mapToInt(Integer::parseInt).toArray();
  }

  Shape shape(int i) {
    return Shape.of(longs(i));
  }

  private static long[] longs(String list) {
    return items(list).mapToLong(Long::parseLong).toArray();
  }

  private static Stream<String> items(String list) {
    String inner = list.substring(1, list.length() - 1);
    return inner.isEmpty() ? Stream.of() : Stream.of(inner.split(","));
  }

  /// Distinct numbers between -1.2 and 1.2, none of them 0; the same as `numbers` in statements.py.
  static Tensor made(Shape shape, int seed, Device device) {
    double[] values = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((seed * 13 + i * 11) % 37 - 18) / 16.0 + 1 / 32.0;
    }
    Tensor flat = Tensors.tensor(values, DType.FLOAT64, device);
    return flat.reshape(shape.toArray()).clone();
  }
}
