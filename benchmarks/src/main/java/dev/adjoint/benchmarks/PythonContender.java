package dev.adjoint.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// PyTorch itself, in a Python that waits for orders beside this process; its script is `side.py`.
final class PythonContender implements Contender {
  private static final Pattern ANSWER = Pattern.compile("\\{\"(\\w+)\": \"?(.*?)\"?}");

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final String version;

  private PythonContender(String interpreter) {
    try {
      ProcessBuilder builder = new ProcessBuilder(interpreter, "-c", script());
      builder.environment().put("ADJOINT_BENCHMARK_THREADS", Integer.toString(Threads.count()));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + interpreter, e);
    }
    answers = process.inputReader(UTF_8);
    orders = process.outputWriter(UTF_8);
    version = answer("version");
  }

  /// The interpreter that the property `adjoint.python` or the variable `ADJOINT_PYTHON` names.
  static @Nullable String interpreter() {
    return System.getProperty("adjoint.python", System.getenv("ADJOINT_PYTHON"));
  }

  /// Starts the [#interpreter], or yields null when none was named.
  static @Nullable Contender open() {
    String interpreter = interpreter();
    return interpreter == null ? null : new PythonContender(interpreter);
  }

  private static String script() throws IOException {
    try (InputStream in = PythonContender.class.getResourceAsStream("/side.py")) {
      return new String(requireNonNull(in, "side.py").readAllBytes(), UTF_8);
    }
  }

  @Override
  public String name() {
    return "PyTorch";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public Prepared prepare(Work work) {
    order("prepare " + work.name());
    answer("prepared");
    return new Prepared() {
      @Override
      public long nanos(int times) {
        order("run " + times);
        return Long.parseLong(answer("nanos"));
      }

      @Override
      public void close() {} // the next line's data take the place
    };
  }

  private void order(String line) {
    try {
      orders.write(line + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer(String key) {
    try {
      String line = answers.readLine();
      Matcher m = ANSWER.matcher(line == null ? "" : line);
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
