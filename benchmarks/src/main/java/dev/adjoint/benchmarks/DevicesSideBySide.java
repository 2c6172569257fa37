package dev.adjoint.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.adjoint.DeviceMemory;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The same work on a device and on the CPU backend, by turns, and what the first use of a kernel
/// costs. Usage: `DevicesSideBySide [device]`, by default `opencl:0`.
public final class DevicesSideBySide {
  private static final int ROUNDS = 9;
  private static final int LAUNCHES = 1000;
  private static final long FLOATS = 1 << 22;

  private DevicesSideBySide() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 2 && args[0].equals("first")) {
      System.out.println(firstUse(Tensors.device(args[1])));
      return;
    }
    Device device = Tensors.device(args.length > 0 ? args[0] : "opencl:0");
    Map<String, Supplier<Runnable>> there = works(device);
    Map<String, Supplier<Runnable>> here = works(Device.CPU);
    System.out.printf("| work | %s | cpu | %s / cpu |%n|---|--:|--:|--:|%n", device, device);
    for (Map.Entry<String, Supplier<Runnable>> work : there.entrySet()) {
      Runnable a = work.getValue().get();
      Runnable b = requireNonNull(here.get(work.getKey())).get();
      double[][] times = byTurns(a, b);
      System.out.printf(
          "| %s | %s | %s | %.2f |%n",
          work.getKey(), time(median(times[0])), time(median(times[1])), median(times[2]));
    }
    Path cache = Files.createTempDirectory("adjoint-benchmark");
    System.out.printf("%nfirst exp of a process, nothing kept on disk: %s", child(device, cache));
    System.out.printf("%nfirst exp of a process, kernels kept on disk: %s%n", child(device, cache));
  }

  private static Map<String, Supplier<Runnable>> works(Device device) {
    Map<String, Supplier<Runnable>> works = new LinkedHashMap<>();
    works.put("1000 additions of one element in a row", () -> launches(device));
    works.put("x + y, 4M floats", () -> elementwise(device, false));
    works.put("tanh(x), 4M floats", () -> elementwise(device, true));
    works.put("sum(x), 4M floats", () -> sum(device));
    works.put("sum(tanh(x w + x) sigmoid(w)), forward and backward, 4M", () -> expression(device));
    works.put("matrix product, 256 x 256 x 256", () -> product(device, 256));
    works.put("matrix product, 512 x 512 x 512", () -> product(device, 512));
    return works;
  }

  private static Tensor random(Device device, long... sizes) {
    return Tensors.rand(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  private static Runnable launches(Device device) {
    Tensor x = random(device, 1);
    return () -> {
      try (Scope _ = Scope.open()) {
        Tensor y = x;
        for (int i = 0; i < LAUNCHES; i++) {
          y = y.add(x);
        }
        y.item();
      }
    };
  }

  private static Runnable elementwise(Device device, boolean tanh) {
    Tensor x = random(device, FLOATS);
    Tensor y = random(device, FLOATS);
    return () -> {
      try (Scope _ = Scope.open()) {
        (tanh ? x.tanh() : x.add(y)).select(0, 0).item();
      }
    };
  }

  private static Runnable sum(Device device) {
    Tensor x = random(device, FLOATS);
    return () -> {
      try (Scope _ = Scope.open()) {
        x.sum().item();
      }
    };
  }

  private static Runnable expression(Device device) {
    Tensor x = random(device, FLOATS).requiresGrad_();
    Tensor w = random(device, FLOATS).requiresGrad_();
    return () -> {
      try (Scope _ = Scope.open()) {
        x.setGrad(null);
        w.setGrad(null);
        x.mul(w).add(x).tanh().mul(w.sigmoid()).sum().backward();
        requireNonNull(x.grad()).select(0, 0).item();
      }
    };
  }

  private static Runnable product(Device device, long n) {
    Tensor a = random(device, n, n);
    Tensor b = random(device, n, n);
    return () -> {
      try (Scope _ = Scope.open()) {
        a.matmul(b).select(0, 0).select(0, 0).item();
      }
    };
  }

  /// Nanoseconds of either, and their quotients.
  private static double[][] byTurns(Runnable a, Runnable b) {
    double[][] times = new double[3][ROUNDS];
    a.run();
    b.run();
    a.run();
    b.run();
    for (int i = 0; i < ROUNDS; i++) {
      times[0][i] = nanos(a);
      times[1][i] = nanos(b);
      times[2][i] = times[0][i] / times[1][i];
    }
    return times;
  }

  private static double nanos(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static String time(double nanos) {
    return nanos < 1e6
        ? String.format("%.0f µs", nanos / 1e3)
        : String.format("%.2f ms", nanos / 1e6);
  }

  /// Until the value of an exp can be read, in a process whose device is already open.
  private static String firstUse(Device device) {
    Tensor x = Tensors.ones(Tensors.shape(10), DType.FLOAT32, device);
    DeviceMemory.of(device);
    long start = System.nanoTime();
    x.exp().select(0, 0).item();
    return time((double) (System.nanoTime() - start));
  }

  private static String child(Device device, Path cache) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Dadjoint.native.cache=" + cache,
            "-cp",
            System.getProperty("java.class.path"),
            DevicesSideBySide.class.getName(),
            "first",
            device.toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("POCL_CACHE_DIR", cache.resolve("pocl").toString());
    Process process = builder.start();
    String line = process.inputReader().readLine();
    process.waitFor();
    return String.valueOf(line);
  }
}
