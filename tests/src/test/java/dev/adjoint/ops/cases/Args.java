package dev.adjoint.ops.cases;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.adjoint.Index;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import java.util.List;
import java.util.Locale;

/// The arguments of a golden case that are not tensors.
public record Args(JsonObject json) {

  /// A Long where the file has an integer, a Double where it has a fraction, as PyTorch promotes.
  public Number number(String key) {
    JsonPrimitive value = json.getAsJsonPrimitive(key);
    String text = value.getAsString();
    if (value.isString() || text.contains(".") || text.contains("e")) {
      return Double.parseDouble(text);
    }
    return Long.parseLong(text);
  }

  public double real(String key, double otherwise) {
    return has(key) ? json.get(key).getAsDouble() : otherwise;
  }

  public int integer(String key) {
    return json.get(key).getAsInt();
  }

  public boolean has(String key) {
    return json.has(key);
  }

  public boolean flag(String key) {
    return json.has(key) && json.get(key).getAsBoolean();
  }

  public String text(String key) {
    return json.get(key).getAsString();
  }

  public int[] ints(String key) {
    JsonArray array = json.getAsJsonArray(key);
    int[] out = new int[array.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = array.get(i).getAsInt();
    }
    return out;
  }

  public long[] longs(String key) {
    int[] from = ints(key);
    long[] out = new long[from.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = from[i];
    }
    return out;
  }

  public DType type(String key) {
    return GoldenFile.type(text(key));
  }

  /// A constant of an enum by its lower-case name.
  public <E extends Enum<E>> E constant(String key, Class<E> kind) {
    return Enum.valueOf(kind, text(key).toUpperCase(Locale.ROOT));
  }

  /// The subscript under `index`; its tensors are among the case's inputs.
  public Index[] subscript(List<Tensor> inputs) {
    JsonArray items = json.getAsJsonArray("index");
    Index[] out = new Index[items.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = subscript(items.get(i).getAsJsonObject(), inputs);
    }
    return out;
  }

  private static Index subscript(JsonObject item, List<Tensor> inputs) {
    if (item.has("at")) {
      return Index.at(item.get("at").getAsLong());
    }
    if (item.has("tensor")) {
      return Index.of(inputs.get(item.get("tensor").getAsInt()));
    }
    if (item.has("slice")) {
      return slice(item.getAsJsonArray("slice"));
    }
    return switch (item.get("is").getAsString()) {
      case "all" -> Index.all();
      case "ellipsis" -> Index.ellipsis();
      case "newAxis" -> Index.newAxis();
      default -> throw new IllegalArgumentException(item.toString());
    };
  }

  private static Index slice(JsonArray parts) {
    JsonElement start = parts.get(0);
    JsonElement end = parts.get(1);
    JsonElement step = parts.get(2);
    if (start.isJsonNull()) {
      return Index.to(end.getAsLong());
    }
    if (end.isJsonNull()) {
      return Index.from(start.getAsLong());
    }
    return step.isJsonNull()
        ? Index.slice(start.getAsLong(), end.getAsLong())
        : Index.slice(start.getAsLong(), end.getAsLong(), step.getAsLong());
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
