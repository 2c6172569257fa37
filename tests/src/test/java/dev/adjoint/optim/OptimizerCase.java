package dev.adjoint.optim;

import static dev.adjoint.Tensors.tensor;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Two parameters after ten steps, by PyTorch: see `tests/golden/optimizers.py`.
record OptimizerCase(String name, double[] first, double[] second) {
  private static final String GOLDEN = "/golden/optimizers.jsonl";
  private static final int STEPS = 10;

  private static final Map<String, Function<List<Tensor>, Optimizer>> OPTIMIZERS =
      Map.of(
          "sgd", p -> new SGD(p, 0.1),
          "sgdWeightDecay", p -> new SGD(p, 0.1).weightDecay(0.01),
          "sgdMomentum", p -> new SGD(p, 0.1).momentum(0.9).dampening(0.1).weightDecay(0.01),
          "sgdNesterov", p -> new SGD(p, 0.1).momentum(0.9).nesterov(true).weightDecay(0.01),
          "adam", p -> new Adam(p, 0.05),
          "adamWeightDecay", p -> new Adam(p, 0.05).betas(0.8, 0.95).epsilon(1e-6).weightDecay(0.1),
          "adamW", p -> new AdamW(p, 0.05),
          "adamWWeightDecay", p -> new AdamW(p, 0.05).betas(0.8, 0.95).weightDecay(0.2));

  static List<OptimizerCase> all() {
    try (InputStream in = OptimizerCase.class.getResourceAsStream(GOLDEN)) {
      if (in == null) {
        throw new IllegalStateException(GOLDEN + " is missing: run tests/golden/generate.py");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).map(OptimizerCase::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OptimizerCase read(String line) {
    JsonObject json = JsonParser.parseString(line).getAsJsonObject();
    JsonArray out = json.getAsJsonArray("out");
    return new OptimizerCase(
        json.get("optimizer").getAsString(),
        doubles(out.get(0).getAsJsonArray()),
        doubles(out.get(1).getAsJsonArray()));
  }

  private static double[] doubles(JsonArray array) {
    return array.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
  }

  /// The same ten steps by Adjoint.
  List<Tensor> train(DType type, Device device) {
    Tensor a =
        parameter(IntStream.range(0, 12).mapToDouble(i -> (i * 7 % 12 - 5) / 8.0), type, device);
    Tensor b =
        parameter(IntStream.range(0, 5).mapToDouble(i -> (i * 3 % 5 - 2) / 4.0), type, device);
    Optimizer optimizer = OPTIMIZERS.get(name).apply(List.of(a, b));
    for (int i = 0; i < STEPS; i++) {
      try (Scope _ = Scope.open()) {
        optimizer.zeroGrad();
        Tensor sines = a.sin().mul(a.exp()).sum();
        sines.add(b.pow(4).sum().mul(a.square().sum())).backward();
        optimizer.step();
      }
    }
    return List.of(a, b);
  }

  private static Tensor parameter(DoubleStream values, DType type, Device device) {
    return tensor(values.toArray(), type, device).requiresGrad_();
  }

  @Override
  public String toString() {
    return name;
  }
}
