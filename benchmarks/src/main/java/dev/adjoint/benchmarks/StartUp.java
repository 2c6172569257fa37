package dev.adjoint.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/// How long fresh processes take to their first gradient.
final class StartUp {
  /// Seconds within which Adjoint's is to be there.
  static final double TARGET = 0.6;

  private static final String PYTHON =
      "import torch; x = torch.tensor(3.0, requires_grad=True); (x * x).backward();"
          + " print(x.grad.item())";

  private StartUp() {}

  /// Nanoseconds by run, of a JVM with nothing but what a user needs.
  static double[] adjoint(int runs) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return times(
        runs,
        List.of(
            java.toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            absoluteClassPath(),
            FirstGradient.class.getName()));
  }

  /// The same of PyTorch in Python.
  static double[] python(int runs) {
    return times(runs, List.of(PythonContender.interpreter(), "-c", PYTHON));
  }

  private static String absoluteClassPath() {
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator, -1);
    StringBuilder out = new StringBuilder();
    for (String entry : entries) {
      out.append(out.isEmpty() ? "" : File.pathSeparator).append(new File(entry).getAbsolutePath());
    }
    return out.toString();
  }

  private static double[] times(int runs, List<String> command) {
    double[] nanos = new double[runs];
    for (int i = 0; i < runs; i++) {
      nanos[i] = time(command);
    }
    return nanos;
  }

  /// Until the gradient can be read on the other side.
  private static double time(List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      long start = System.nanoTime();
      Process process = builder.start();
      String line = process.inputReader().readLine();
      long nanos = System.nanoTime() - start;
      process.waitFor();
      if (!"6.0".equals(line)) {
        throw new IllegalStateException(command + " said " + line);
      }
      return nanos;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// The shortest program with a gradient.
  static final class FirstGradient {
    private FirstGradient() {}

    public static void main(String[] args) {
      Tensor x = Tensors.tensor(3.0).requiresGrad_();
      x.mul(x).backward();
      System.out.println(requireNonNull(x.grad()).item());
    }
  }
}
