package dev.adjoint.ops.cases;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adjoint.type.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/// Reads what `tests/golden/generate.py` wrote.
public final class GoldenFile {

  public static final List<String> FAMILIES =
      List.of(
          "unary",
          "binary",
          "reductions",
          "views",
          "indexing",
          "matrix",
          "losses",
          "layers",
          "halves");

  private static final Map<String, List<GoldenCase>> CASES = readAll();

  private GoldenFile() {}

  /// Every case by the name of its operation.
  public static Map<String, List<GoldenCase>> cases() {
    return CASES;
  }

  /// The first sentence of PyTorch's message by the name of the wrong call.
  public static Map<String, String> errors() {
    Map<String, String> out = new LinkedHashMap<>();
    for (JsonObject line : lines("errors")) {
      out.put(line.get("error").getAsString(), line.get("message").getAsString());
    }
    return out;
  }

  public static DType type(String name) {
    return switch (name) {
      case "f16" -> DType.FLOAT16;
      case "bf16" -> DType.BFLOAT16;
      case "f32" -> DType.FLOAT32;
      case "f64" -> DType.FLOAT64;
      case "i64" -> DType.INT64;
      case "i32" -> DType.INT32;
      case "u8" -> DType.UINT8;
      case "b" -> DType.BOOL;
      default -> throw new IllegalArgumentException("no element type is called " + name);
    };
  }

  private static Map<String, List<GoldenCase>> readAll() {
    Map<String, List<GoldenCase>> out = new LinkedHashMap<>();
    for (String family : FAMILIES) {
      for (JsonObject line : lines(family)) {
        GoldenCase read = read(line);
        out.computeIfAbsent(read.op(), op -> new ArrayList<>()).add(read);
      }
    }
    return Collections.unmodifiableMap(out);
  }

  private static List<JsonObject> lines(String family) {
    String path = "/golden/" + family + ".jsonl";
    try (InputStream in = GoldenFile.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is missing: run tests/golden/generate.py");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).map(l -> JsonParser.parseString(l).getAsJsonObject()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GoldenCase read(JsonObject line) {
    List<HostTensor> inputs = tensors(line.getAsJsonArray("in"), true);
    List<HostTensor> outputs = tensors(line.getAsJsonArray("out"), false);
    boolean single = inputs.stream().anyMatch(GoldenFile::isSingle);
    JsonObject args = line.has("args") ? line.getAsJsonObject("args") : new JsonObject();
    return new GoldenCase(
        line.get("op").getAsString(),
        line.get("case").getAsString(),
        new Args(args),
        inputs,
        outputs,
        lists(line, "v", i -> true),
        lists(line, "grad", i -> single && isSingle(inputs.get(i))),
        lists(line, "u", i -> true),
        lists(line, "second", i -> false));
  }

  private static boolean isSingle(HostTensor t) {
    return t.type() != null && t.type().arithmetic() == DType.FLOAT32;
  }

  private static List<HostTensor> tensors(JsonArray array, boolean given) {
    List<HostTensor> out = new ArrayList<>();
    for (JsonElement element : array) {
      JsonObject tensor = element.getAsJsonObject();
      String name = tensor.get("t").getAsString();
      DType type = name.equals("f") ? null : type(name);
      boolean single = type == null ? given : type.arithmetic() == DType.FLOAT32;
      long[] strides = tensor.has("st") ? longs(tensor.getAsJsonArray("st")) : null;
      double[] values = doubles(tensor.getAsJsonArray("d"), single);
      long[] shape = longs(tensor.getAsJsonArray("s"));
      out.add(new HostTensor(type, shape, values, tensor.has("g"), strides));
    }
    return out;
  }

  private static List<double[]> lists(JsonObject line, String key, IntPredicate single) {
    List<double[]> out = new ArrayList<>();
    if (line.has(key)) {
      for (JsonElement element : line.getAsJsonArray(key)) {
        boolean narrow = single.test(out.size());
        out.add(element.isJsonNull() ? null : doubles(element.getAsJsonArray(), narrow));
      }
    }
    return out;
  }

  /// Shortest decimals of float32 name another double, so they must be read as float32.
  private static double[] doubles(JsonArray array, boolean single) {
    double[] out = new double[array.size()];
    for (int i = 0; i < out.length; i++) {
      String text = array.get(i).getAsString();
      out[i] = single ? Float.parseFloat(text) : Double.parseDouble(text);
    }
    return out;
  }

  private static long[] longs(JsonArray array) {
    long[] out = new long[array.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = array.get(i).getAsLong();
    }
    return out;
  }
}
