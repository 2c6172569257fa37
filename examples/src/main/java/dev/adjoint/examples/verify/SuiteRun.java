package dev.adjoint.examples.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The suite in some processes, each with its share of the tests, until all have ended or time is up.
public final class SuiteRun {
  private static final Duration NEWS = Duration.ofSeconds(10);

  private final long start = System.nanoTime();
  private final List<Process> processes = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();
  private final Tally tally;
  private final PrintWriter out;
  private volatile boolean stopped;

  private SuiteRun(List<Part> parts, PrintWriter out) {
    this.tally = new Tally(parts, out);
    this.out = out;
  }

  /// Runs the commands at once, and yields what they told.
  ///
  /// @param limit when to end them
  public static Tally of(
      List<ProcessBuilder> commands, List<Part> parts, Duration limit, PrintWriter out)
      throws IOException {
    SuiteRun run = new SuiteRun(parts, out);
    Thread end = new Thread(run::endAll);
    Runtime.getRuntime().addShutdownHook(end);
    for (ProcessBuilder command : commands) {
      run.start(command);
    }
    run.await(limit);
    Runtime.getRuntime().removeShutdownHook(end);
    for (String part : run.stopped ? List.<String>of() : run.tally.empty()) {
      run.tally.failed(part, "no test", "nothing of this part was run");
    }
    return run.tally;
  }

  private void start(ProcessBuilder command) throws IOException {
    int number = processes.size() + 1;
    Process process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    readers.add(Thread.ofPlatform().start(() -> read(process, number)));
  }

  private void read(Process process, int number) {
    boolean ended = false;
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (Tally.isEnd(line)) {
          ended = true;
        } else {
          tally.line(line);
        }
      }
      int code = process.waitFor();
      if (!stopped && (!ended || code != 0)) {
        died(number, code, ended);
      }
    } catch (IOException e) {
      if (!stopped) {
        tally.failed("process", Integer.toString(number), "its output broke off: " + e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void died(int number, int code, boolean ended) {
    String text =
        ended
            ? "it ran all tests, but ended with code " + code + ": see what it printed"
            : "it ended with code "
                + code
                + " before its last test; started last: "
                + tally.running();
    tally.failed("process", Integer.toString(number), text);
  }

  private void await(Duration limit) {
    try {
      while (readers.stream().anyMatch(Thread::isAlive)) {
        Duration left = limit.minusNanos(System.nanoTime() - start);
        if (!stopped && !left.isPositive()) {
          stopped = true;
          tally.failed("process", "all", "stopped at the limit of " + limit.toSeconds() + " s");
          endAll();
        }
        join(stopped || left.compareTo(NEWS) > 0 ? NEWS : left);
      }
    } catch (InterruptedException e) {
      endAll();
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for all, a while at most, and then tells how far they are.
  private void join(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    for (Thread reader : readers) {
      reader.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    if (readers.stream().anyMatch(Thread::isAlive)) {
      out.printf("%4d s: %s%n", (System.nanoTime() - start) / 1_000_000_000, tally.progress());
      out.flush();
    }
  }

  /// With what a watcher has started, which holds its output open.
  private void endAll() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
