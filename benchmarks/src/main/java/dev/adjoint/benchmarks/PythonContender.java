package dev.adjoint.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adjoint.type.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// PyTorch itself, in a Python that waits for orders beside this process; its script is `side.py`.
final class PythonContender implements Contender {
  private static final Pattern ANSWER = Pattern.compile("\\{\"(\\w+)\": \"?(.*?)\"?}");

  /// Scripts are modules in a folder or a jar.
  private static final String START =
      "import sys; sys.path.insert(0, sys.argv[1]); import side; side.main()";

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final String version;
  private final boolean compiled;
  private String failure = "";

  private PythonContender(String interpreter, Device device, boolean compiled) {
    this.compiled = compiled;
    try {
      ProcessBuilder builder = new ProcessBuilder(interpreter, "-B", "-c", START, folder());
      builder.environment().put("ADJOINT_BENCHMARK_THREADS", Integer.toString(Threads.count()));
      builder.environment().put("ADJOINT_BENCHMARK_DEVICE", device.toString());
      builder.environment().put("ADJOINT_BENCHMARK_COMPILED", compiled ? "1" : "");
      builder.environment().putIfAbsent("KINETO_LOG_LEVEL", "99"); // its profiler tells of each use
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + interpreter, e);
    }
    answers = process.inputReader(UTF_8);
    orders = process.outputWriter(UTF_8);
    String said = answer("version");
    if (said == null) {
      close();
      throw new IllegalStateException(interpreter + ": " + failure);
    }
    version = said;
  }

  /// The interpreter that the property `adjoint.python` or the variable `ADJOINT_PYTHON` names, or the
  /// usual one.
  static String interpreter() {
    String named = System.getProperty("adjoint.python", System.getenv("ADJOINT_PYTHON"));
    return named == null ? "python3" : named;
  }

  /// Starts the [#interpreter].
  ///
  /// @param compiled whether PyTorch is to compile what it can; then it does nothing else
  /// @throws IllegalStateException when there is none, or no PyTorch for the device in it; the message is why
  static Contender open(Device device, boolean compiled) {
    try {
      return new PythonContender(interpreter(), device, compiled);
    } catch (UncheckedIOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /// Where this class is, the scripts are.
  private static String folder() {
    try {
      return Path.of(
              PythonContender.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String name() {
    return compiled ? "compiled" : "PyTorch";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public @Nullable Prepared prepare(Work work, int size) {
    order("prepare " + work.name() + " " + size);
    if (answer("prepared") == null) {
      return null;
    }
    return new Prepared() {
      @Override
      public long nanos(int times) {
        order("run " + times);
        String nanos = answer("nanos");
        if (nanos == null) {
          throw new IllegalStateException(work + " in Python: " + failure);
        }
        return Long.parseLong(nanos);
      }

      @Override
      public void close() {} // the next line's data take the place
    };
  }

  @Override
  public @Nullable Long peak(Work work, int size) {
    if (compiled) {
      return null;
    }
    order("peak " + work.step().name() + " " + size);
    String bytes = answer("bytes");
    return bytes == null ? null : Long.valueOf(bytes);
  }

  private void order(String line) {
    try {
      orders.write(line + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What it answers under the key; null when it answers that it could not, which is then in [#failure].
  private @Nullable String answer(String key) {
    try {
      String line = answers.readLine();
      Matcher m = ANSWER.matcher(line == null ? "" : line);
      if (m.matches() && m.group(1).equals("failed")) {
        failure = m.group(2);
        return null;
      }
      if (!m.matches() || !m.group(1).equals(key)) {
        throw new IllegalStateException("Python was to tell its " + key + " and said: " + line);
      }
      return m.group(2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
