package dev.adjoint.examples;

import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// A bar on standard error while standard output is a terminal too, and nothing otherwise.
final class Progress implements AutoCloseable {
  private static final int WIDTH = 79;
  private static final String CLEAR = "\r" + " ".repeat(WIDTH) + "\r";

  private final @Nullable ProgressBar bar;
  private final PrintStream err = System.err;

  private Progress(boolean shown, long steps) {
    this.bar = shown ? bar(steps) : null;
  }

  @SuppressWarnings("SystemConsoleNull") // without a terminal it is null again since JDK 25
  static Progress of(long steps) {
    Console console = System.console();
    return new Progress(console != null && console.isTerminal(), steps);
  }

  /// Draws by itself: the library's own console would start a terminal with native code.
  private ProgressBar bar(long steps) {
    return new ProgressBarBuilder()
        .setTaskName("training")
        .setInitialMax(steps)
        .setUpdateIntervalMillis(100)
        .setStyle(ProgressBarStyle.ASCII)
        .setConsumer(new DelegatingProgressBarConsumer(line -> draw("\r" + line), WIDTH))
        .build();
  }

  private void draw(String text) {
    synchronized (err) {
      err.print(text);
      err.flush();
    }
  }

  void step() {
    if (bar != null) {
      bar.step();
    }
  }

  /// Prints a line above the bar.
  void print(PrintWriter out, String line) {
    synchronized (err) {
      if (bar != null) {
        draw(CLEAR);
      }
      out.println(line);
      out.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      draw(CLEAR);
    }
  }
}
