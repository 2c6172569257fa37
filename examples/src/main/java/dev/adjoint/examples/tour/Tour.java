package dev.adjoint.examples.tour;

import dev.adjoint.examples.tour.Row.Outcome;
import dev.adjoint.type.Device;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;

/// Runs every row and prints it with its mark.
public final class Tour {
  private static final String INDENT = "        ";

  /// A seed and the chapters that replay it.
  private record Page(String title, Function<Maker, List<Chapter>> chapters) {}

  private static final List<Page> PAGES =
      List.of(
          new Page("What does requires_grad_() do exactly?", RequiresGrad::chapters),
          new Page("PyTorch Autograd Explained", AutogradExplained::chapters),
          new Page("PyTorch Autograd Explained: the last example", LargeExample::chapters),
          new Page("A notebook on gradients", Notebook::chapters),
          new Page("requires_grad, detach, detach_", Detaching::chapters),
          new Page("A course on gradients", CoursePage::chapters));

  private final PrintWriter out;
  private final Maker make;
  private int ran;
  private int differed;

  public Tour(Device device, PrintWriter out) {
    this.make = new Maker(device);
    this.out = out;
  }

  /// Runs everything.
  ///
  /// @return how many results are not PyTorch's
  public int run() {
    for (Page page : PAGES) {
      out.println("=== " + page.title());
      page.chapters().apply(make).forEach(this::run);
      out.println();
    }
    out.printf(
        "%d statements, %d as PyTorch prints them, %d different%n", ran, ran - differed, differed);
    out.flush();
    return differed;
  }

  private void run(Chapter chapter) {
    out.println();
    out.println(INDENT + chapter.heading());
    chapter.setting().forEach(line -> out.println(INDENT + "  " + line));
    for (Row row : chapter.rows()) {
      Outcome outcome = row.run();
      ran++;
      differed += outcome.ok() ? 0 : 1;
      out.println((outcome.ok() ? "ok      " : "DIFFERS ") + "  " + row.statement());
      if (outcome.text() != null) {
        print(outcome.text());
      }
      if (!outcome.ok()) {
        out.println(INDENT + "  expected:");
        print(String.valueOf(row.expected()));
      }
    }
  }

  private void print(String text) {
    text.lines().forEach(line -> out.println(INDENT + "    " + line));
  }
}
