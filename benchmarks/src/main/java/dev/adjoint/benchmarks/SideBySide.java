package dev.adjoint.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/// Adjoint and PyTorch in one run, and the table of their ratios.
///
/// The first PyTorch found is the one that counts: PyTorch itself if the property `adjoint.python`
/// names a Python that has it, then DJL's if this was built with `-Ppytorch`.
public final class SideBySide {
  private final List<Contender> contenders = new ArrayList<>();
  private final List<Work> works = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private boolean quick;
  private @Nullable Path json;

  private SideBySide(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> quick = true;
        case "--json" -> json = Path.of(args[++i]);
        default -> works.add(Work.valueOf(args[i].toUpperCase(Locale.ROOT)));
      }
    }
  }

  public static void main(String[] args) throws IOException {
    Threads.holdAdjoint();
    SideBySide run;
    try {
      run = new SideBySide(args);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      System.err.print(usage());
      System.exit(2);
      return;
    }
    try {
      run.all();
    } finally {
      run.contenders.forEach(Contender::close);
    }
  }

  private static String usage() {
    return """
    Usage: SideBySide [--quick] [--json FILE] [WORK ...]
      --quick      fewer and shorter rounds
      --json FILE  writes the numbers there too
      WORK         lines to measure instead of all: %s
    """
        .formatted(Arrays.toString(Work.values()));
  }

  private void all() throws IOException {
    findContenders();
    describe();
    Rounds rounds = quick ? Rounds.quick() : Rounds.thorough();
    List<Work> chosen = works.isEmpty() ? List.of(Work.values()) : works;
    mingle(chosen);
    System.out.println(Report.head(contenders));
    for (Work work : chosen) {
      add(Line.of(work, rounds.measure(contenders, work)));
    }
    if (works.isEmpty()) {
      add(startUp(quick ? 3 : 9));
    }
    if (lines.stream().anyMatch(l -> !l.steady())) {
      System.out.println("? the times varied too much: the machine has other work. Run it again.");
    }
    if (json != null) {
      Files.writeString(json, Report.json(contenders, lines));
    }
  }

  private void findContenders() {
    contenders.add(new AdjointContender());
    Contender python = PythonContender.open();
    if (python != null) {
      contenders.add(python);
    }
    ServiceLoader.load(Contender.class).forEach(contenders::add);
  }

  private void describe() {
    for (Contender c : contenders) {
      System.out.println(c.name() + ": " + c.version());
    }
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    System.out.printf(
        Locale.ROOT,
        "%s, %d threads each, load average %.1f%n",
        processor(),
        Threads.count(),
        load);
    if (contenders.size() == 1) {
      System.out.println(
          "No PyTorch: build with -Ppytorch, or name a Python that has it with -Dadjoint.python=FILE.");
    }
    if (contenders.stream().anyMatch(c -> c.name().equals("DJL"))) {
      System.out.println(
          "DJL's calls cost microseconds each: the lines about scalars and the small network show them"
              + " more than PyTorch.");
    }
    System.out.println();
  }

  private static String processor() {
    try (var info = Files.lines(Path.of("/proc/cpuinfo"))) {
      return info.filter(l -> l.startsWith("model name"))
          .findFirst()
          .map(l -> l.substring(l.indexOf(':') + 2))
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /// Does a little of everything first: a JVM that has seen one kind of work only would compile our
  /// code for that kind, as no program of a user's could.
  private void mingle(List<Work> chosen) {
    for (Work work : chosen) {
      new Rounds(1, 500_000_000, 10_000_000).measure(contenders.subList(0, 1), work);
    }
  }

  private void add(Line line) {
    lines.add(line);
    System.out.println(Report.row(line));
  }

  private Line startUp(int runs) {
    double[] adjoint = StartUp.adjoint(runs);
    double ours = Rounds.median(adjoint);
    double[] python = StartUp.python(runs);
    double theirs = python == null ? Double.NaN : Rounds.median(python);
    List<Double> nanos = new ArrayList<>(List.of(ours));
    List<Double> ratios = new ArrayList<>();
    for (Contender c : contenders.subList(1, contenders.size())) {
      double other = c instanceof PythonContender ? theirs : Double.NaN;
      nanos.add(other);
      ratios.add(ours / other);
    }
    String title = "start of the process to the first gradient";
    return new Line(
        "STARTUP", title, nanos, ratios, StartUp.TARGET, true, Rounds.isSteady(adjoint));
  }
}
