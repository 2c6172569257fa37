package dev.adjoint.examples;

import dev.adjoint.examples.verify.Part;
import dev.adjoint.examples.verify.Sanitizer;
import dev.adjoint.examples.verify.SuiteRun;
import dev.adjoint.examples.verify.Tally;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Runs the test suite on one device, in processes of its own: a driver that takes a process down is a
/// failed test like any other.
@Command(
    name = "verify",
    description = {
      "Runs the test suite on one device: conformance with PyTorch, autograd, the device's own tests,"
          + " the tour, training on digits.",
      "Ends with counts, every failure, and an error if there is one."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private static final int MOST_JOBS = 8;
  private static final int QUICK = 8;

  @SuppressWarnings("NullAway.Init")
  @Mixin
  private DeviceOption device;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Option(
      names = "--part",
      paramLabel = "PART",
      split = ",",
      description = "Only this: ${COMPLETION-CANDIDATES}. More than one with commas.")
  private List<Part> parts = List.of(Part.values());

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "Only test classes in whose name this is found.")
  private String only = "";

  @Option(
      names = "--quick",
      description = "An eighth of the tests, of each class alike, and the whole tour and training.")
  private boolean quick;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "Processes that share the tests. Default: 1 on the CPU, else one for two processors, at"
              + " most 8: a device's compiler takes most of the time.")
  private int jobs;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "When to stop, with an error and with what was found so far.")
  private long limit = Duration.ofDays(1).toSeconds();

  @Option(
      names = "--sanitize",
      paramLabel = "TOOL",
      description =
          "Runs conformance and autograd under NVIDIA's compute-sanitizer, which takes minutes where"
              + " they take seconds: ${COMPLETION-CANDIDATES}.")
  private Sanitizer.@Nullable Tool tool;

  @Override
  public Integer call() throws IOException {
    require(jobs >= 0, "--jobs", jobs, "is negative");
    require(limit > 0, "--limit", limit, "is not positive");
    require(isRegex(only), "--only", only, "is not a regular expression");
    Home home = Home.of();
    Device on = device.open();
    if (tool != null) {
      require(on.kind().equals("cuda"), "--sanitize", tool, "watches CUDA kernels only, not " + on);
      parts = List.of(Part.CONFORMANCE, Part.AUTOGRAD);
    }
    PrintWriter out = command.commandLine().getOut();
    int processes = jobs > 0 ? jobs : usualJobs(on);
    List<ProcessBuilder> commands = commands(home, on, processes);
    out.printf(
        "verifying %s: %s, %d process%s%s%n",
        on, named(parts), processes, processes == 1 ? "" : "es", quick ? ", an eighth" : "");
    out.flush();
    long start = System.nanoTime();
    Tally tally = SuiteRun.of(commands, parts, Duration.ofSeconds(limit), out);
    tally.print();
    boolean well = tally.failures() == 0;
    out.printf(
        "%nverify %s: %s, %d passed, %d failed, %d s%n",
        on,
        well ? "ok" : "FAILED",
        tally.passed(),
        tally.failures(),
        (System.nanoTime() - start) / 1_000_000_000);
    return well ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static int usualJobs(Device device) {
    int half = Runtime.getRuntime().availableProcessors() / 2;
    return device.isCpu() ? 1 : Math.clamp(half, 1, MOST_JOBS);
  }

  private static String named(List<Part> parts) {
    return parts.stream().map(Part::toString).collect(Collectors.joining(", "));
  }

  private List<ProcessBuilder> commands(Home home, Device on, int processes) {
    Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
    List<ProcessBuilder> commands = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      List<String> words = new ArrayList<>(tool == null ? List.of() : Sanitizer.prefix(tool, i));
      words.addAll(
          List.of(
              Home.java().toString(),
              "--enable-native-access=ALL-UNNAMED",
              "-Xmx2g",
              "-Dadjoint.device=" + on,
              "-Djunit.jupiter.execution.timeout.mode=" + (tool == null ? "enabled" : "disabled"),
              "-Dadjoint.home=" + home.folder(),
              "-cp",
              classPath(home),
              "dev.adjoint.verify.SuiteProcess"));
      for (Part part : parts) {
        int shares = quick && part.isLarge() ? processes * QUICK : processes;
        String folder = home.testClasses(part.module(on)).toString();
        words.addAll(List.of(part.toString(), i + "/" + shares, folder, part.classes(only)));
      }
      ProcessBuilder builder = new ProcessBuilder(words);
      if (processes > 1) { // which share PoCL's folder lose each other's files now and then
        builder
            .environment()
            .put("POCL_CACHE_DIR", scratch.resolve("adjoint-pocl-" + i).toString());
      }
      commands.add(builder);
    }
    return commands;
  }

  private static String classPath(Home home) {
    List<String> entries = new ArrayList<>();
    home.testedModules().forEach(module -> entries.add(home.testClasses(module).toString()));
    entries.add(home.libraries("tests") + "/*");
    entries.add(home.libraries("examples") + "/*");
    entries.add(home.jar("examples").toString());
    return String.join(":", entries);
  }

  private static boolean isRegex(String text) {
    try {
      return Pattern.compile(text).flags() == 0;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private void require(boolean holds, String option, Object value, String otherwise) {
    if (!holds) {
      throw new ParameterException(
          command.commandLine(),
          "Invalid value for option '" + option + "': " + value + " " + otherwise);
    }
  }
}
