package dev.adjoint.examples;

import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Starts the benchmarks in a Java as a user's program has it: this one is tuned to start soon.
@Command(
    name = "bench",
    description = {
      "Times Adjoint and PyTorch doing the same work on one device, by turns, and prints a table of"
          + " medians, their ratios, and how much of the machine's own limit was reached.",
      "PyTorch is that of a python3 with torch, where there is one; on a GPU also with"
          + " torch.compile."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init")
  @Mixin
  private DeviceOption device;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Option(names = "--quick", description = "Fewer and shorter rounds.")
  private boolean quick;

  @Option(
      names = "--cliffs",
      description =
          "Each line also with 1/16 and 4 times the work: what a unit of it costs there, in what it"
              + " costs in the table, and where that is a cliff.")
  private boolean cliffs;

  @Option(
      names = "--part",
      paramLabel = "NAME",
      split = ",",
      description =
          "Only this: small, elementwise, reduction, matmul, training, large (a GPU's), or a line"
              + " such as add or matmul_256. More than one with commas.")
  private List<String> parts = List.of();

  @Option(names = "--threads", paramLabel = "N", description = "Of every side. Default: 2.")
  private int threads = 2;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "The Python that has PyTorch. Default: $ADJOINT_PYTHON, then python3.")
  private @Nullable String python;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Writes the table there too.")
  private @Nullable Path markdown;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the numbers there.")
  private @Nullable Path json;

  @Option(names = "--chart", paramLabel = "FILE", description = "Draws the ratios, as a PNG.")
  private @Nullable Path chart;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (threads < 1) {
      throw misuse("--threads", threads + " is not positive");
    }
    List<String> options = new ArrayList<>();
    addFile(options, "--markdown", markdown);
    addFile(options, "--json", json);
    addFile(options, "--chart", chart);
    if (cliffs && chart != null) {
      throw misuse("--chart", "with --cliffs there is no chart, only --markdown and --json");
    }
    Home home = Home.of();
    Device on = device.open();
    List<String> words = new ArrayList<>();
    words.add(Home.java().toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("-Dadjoint.cpu.threads=" + threads);
    if (python != null) {
      words.add("-Dadjoint.python=" + python);
    }
    words.addAll(List.of("-jar", home.jar("benchmarks").toString(), "--device", on.toString()));
    words.addAll(options);
    if (quick) {
      words.add("--quick");
    }
    if (cliffs) {
      words.add("--cliffs");
    }
    words.addAll(parts);
    command.commandLine().getOut().flush();
    Process process = new ProcessBuilder(words).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return process.waitFor();
  }

  private void addFile(List<String> options, String name, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw misuse(name, file + " is in no folder");
    }
    options.addAll(List.of(name, file.toString()));
  }

  private ParameterException misuse(String option, String why) {
    return new ParameterException(
        command.commandLine(), "Invalid value for option '" + option + "': " + why);
  }
}
