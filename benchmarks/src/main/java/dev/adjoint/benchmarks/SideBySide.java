package dev.adjoint.benchmarks;

import dev.adjoint.DeviceInfo;
import dev.adjoint.Tensors;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Adjoint and PyTorch in one run, and the table of their ratios: what `adjoint bench` starts.
///
/// The first PyTorch found is the one that counts: PyTorch itself if a Python has it, then DJL's if this
/// was built with `-Ppytorch`.
public final class SideBySide {
  private final List<Contender> contenders = new ArrayList<>();
  private final Set<Work> works = new LinkedHashSet<>();
  private final List<Line> lines = new ArrayList<>();
  private final StringJoiner report = new StringJoiner("\n", "", "\n");
  private Device device = Device.CPU;
  private boolean quick;
  private boolean cliffs;
  private @Nullable Path json;
  private @Nullable Path chart;
  private @Nullable Path markdown;

  private SideBySide(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> quick = true;
        case "--cliffs" -> cliffs = true;
        case "--device" -> device = Tensors.device(args[++i]);
        case "--json" -> json = Path.of(args[++i]);
        case "--chart" -> chart = Path.of(args[++i]);
        case "--markdown" -> markdown = Path.of(args[++i]);
        default -> works.addAll(named(args[i].toUpperCase(Locale.ROOT)));
      }
    }
  }

  public static void main(String[] args) throws IOException {
    Threads.holdAdjoint();
    SideBySide run;
    try {
      run = new SideBySide(args);
    } catch (IllegalArgumentException e) {
      System.err.println("adjoint: " + e.getMessage());
      System.exit(2);
      return;
    }
    try {
      run.all();
    } finally {
      run.contenders.forEach(Contender::close);
    }
  }

  /// The lines of a group, or a line.
  private static List<Work> named(String name) {
    List<Work> found =
        Arrays.stream(Work.values())
            .filter(w -> w.name().equals(name) || w.group().name().equals(name))
            .toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "no benchmark is called "
              + name.toLowerCase(Locale.ROOT)
              + "; there are the parts "
              + Arrays.toString(Work.Group.values()).toLowerCase(Locale.ROOT)
              + " and the lines "
              + Arrays.toString(Work.values()).toLowerCase(Locale.ROOT));
    }
    return found;
  }

  private void all() throws IOException {
    findContenders();
    describe();
    Rounds rounds = quick ? Rounds.quick() : Rounds.thorough();
    List<Work> chosen = works.isEmpty() ? usual() : List.copyOf(works);
    mingle(chosen);
    Limits limits = Limits.measure(device, contenders, rounds);
    say("The machine's own limits: " + limits + ".");
    say("");
    say(cliffs ? Growth.head(contenders) : Report.head(contenders));
    for (Work work : chosen) {
      if (cliffs) {
        add(growth(work, rounds, limits));
      } else {
        add(line(work, work.size(), rounds, limits));
      }
    }
    if (works.isEmpty() && device.isCpu() && !cliffs) {
      add(startUp(quick ? 3 : 9));
    }
    if (lines.stream().anyMatch(l -> !l.steady())) {
      say("");
      say("`?`: the times varied too much: the machine has other work. Run it again.");
    }
    write(limits);
  }

  private Line line(Work work, int size, Rounds rounds, Limits limits) {
    boolean gpu = Limits.isGpu(device);
    if (work.group() != Work.Group.MEMORY) {
      return Line.of(work, size, rounds.measure(contenders, work, size), limits, gpu);
    }
    List<@Nullable Long> peaks = new ArrayList<>();
    contenders.forEach(c -> peaks.add(c.peak(work, size)));
    return Line.of(work, size, peaks, gpu);
  }

  private Growth growth(Work work, Rounds rounds, Limits limits) {
    return new Growth(
        work, Growth.TIMES.stream().map(t -> line(work, work.sizeAt(t), rounds, limits)).toList());
  }

  /// All lines but those that want a GPU's memory, or at four times their size more than it has.
  private List<Work> usual() {
    return Arrays.stream(Work.values())
        .filter(w -> (Limits.isGpu(device) && !cliffs) || w.group() != Work.Group.LARGE)
        .toList();
  }

  private void write(Limits limits) throws IOException {
    if (json != null) {
      Files.writeString(json, Report.json(device, contenders, limits, lines));
    }
    if (markdown != null) {
      Files.writeString(markdown, report.toString());
    }
    if (chart != null && !cliffs && contenders.size() > 1) {
      try {
        String title = "Adjoint beside PyTorch on " + processor();
        Chart.write(title, contenders.subList(1, contenders.size()), lines, chart);
      } catch (RuntimeException | LinkageError | InternalError e) {
        System.err.println("adjoint: no chart: " + e + " (drawing needs fontconfig and a font)");
      }
    }
  }

  private void findContenders() {
    contenders.add(new AdjointContender(device));
    addPython(false);
    if (contenders.size() > 1 && Limits.isGpu(device)) {
      addPython(true);
    }
    if (device.isCpu()) {
      ServiceLoader.load(Contender.class).forEach(contenders::add);
    }
  }

  private void addPython(boolean compiled) {
    try {
      contenders.add(PythonContender.open(device, compiled));
    } catch (IllegalStateException e) {
      System.err.println("adjoint: no PyTorch beside it: " + e.getMessage());
    }
  }

  private void describe() {
    for (Contender c : contenders) {
      say("- " + c.name() + ": " + c.version());
    }
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    say(
        String.format(
            Locale.ROOT,
            "- %s: %s; %d threads each, load average %.1f",
            device,
            processor(),
            Threads.count(),
            load));
    if (contenders.stream().anyMatch(c -> c.name().equals("DJL"))) {
      say(
          "- DJL's calls cost microseconds each: the lines about scalars and the small network show"
              + " them more than PyTorch.");
    }
    say("");
  }

  private void say(String line) {
    report.add(line);
    System.out.println(line);
  }

  /// What the device calls itself.
  private String processor() {
    return DeviceInfo.all().stream()
        .filter(d -> d.device().equals(device))
        .map(DeviceInfo::description)
        .findFirst()
        .orElse(device.toString());
  }

  /// Does a little of everything first: a JVM that has seen one kind of work only would compile our
  /// code for that kind, as no program of a user's could.
  private void mingle(List<Work> chosen) {
    for (Work work : chosen.stream().map(Work::step).distinct().toList()) {
      new Rounds(1, 500_000_000, 10_000_000).measure(contenders.subList(0, 1), work);
    }
  }

  private void add(Line line) {
    lines.add(line);
    say(Report.row(line));
  }

  private void add(Growth growth) {
    lines.addAll(growth.lines());
    say(growth.row());
  }

  private Line startUp(int runs) {
    double[] adjoint = StartUp.adjoint(runs);
    double ours = Rounds.median(adjoint);
    boolean python = contenders.stream().anyMatch(PythonContender.class::isInstance);
    double theirs = python ? Rounds.median(StartUp.python(runs)) : Double.NaN;
    List<Double> nanos = new ArrayList<>(List.of(ours));
    List<Double> ratios = new ArrayList<>();
    for (Contender c : contenders.subList(1, contenders.size())) {
      double other = c instanceof PythonContender ? theirs : Double.NaN;
      nanos.add(other);
      ratios.add(ours / other);
    }
    String title = "start of the process to the first gradient";
    boolean steady = Rounds.isSteady(adjoint);
    return new Line(
        "STARTUP", title, nanos, ratios, Double.NaN, StartUp.TARGET, Line.Kind.SECONDS, steady);
  }
}
