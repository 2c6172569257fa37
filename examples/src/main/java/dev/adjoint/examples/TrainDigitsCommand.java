package dev.adjoint.examples;

import dev.adjoint.examples.digits.Digits;
import dev.adjoint.examples.digits.Epoch;
import dev.adjoint.examples.digits.LossChart;
import dev.adjoint.examples.digits.Model;
import dev.adjoint.examples.digits.Settings;
import dev.adjoint.examples.digits.Training;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Trains on the digits and reports as it goes: progress on standard error, results on standard output.
@Command(
    name = "digits",
    description = {
      "Trains a network on 1797 handwritten digits of 8 x 8 pixels.",
      "A fifth of them, chosen by the seed, is held out and tested at the end."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class TrainDigitsCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init")
  @Mixin
  private DeviceOption device;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The network: ${COMPLETION-CANDIDATES}.")
  private Model model = Model.MLP;

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data.")
  private int epochs = 20;

  @Option(names = "--batch", paramLabel = "N", description = "Digits per step.")
  private int batch = 64;

  @Option(names = "--lr", paramLabel = "RATE", description = "Adam's learning rate.")
  private double learningRate = 0.005;

  @Option(names = "--seed", paramLabel = "N", description = "Same seed, same numbers.")
  private long seed;

  @Option(names = "--chart", paramLabel = "FILE", description = "Where the loss curve goes.")
  private Path chart = Path.of("digits-loss.png");

  @Override
  public Integer call() throws IOException {
    require(epochs > 0, "--epochs", epochs, "is not positive");
    require(batch > 0, "--batch", batch, "is not positive");
    require(
        learningRate > 0 && Double.isFinite(learningRate), "--lr", learningRate, "is not positive");
    Path folder = chart.toAbsolutePath().getParent();
    require(folder == null || Files.isDirectory(folder), "--chart", chart, "is in no folder");
    Device on = device.open();
    PrintWriter out = command.commandLine().getOut();
    Training training =
        new Training(Digits.load(on), new Settings(epochs, batch, learningRate, seed, on, model));
    out.println(training);
    List<Epoch> history = new ArrayList<>();
    try (Progress progress = Progress.of((long) epochs * training.stepsPerEpoch())) {
      for (int i = 1; i <= epochs; i++) {
        Epoch epoch = training.epoch(i, progress::step);
        history.add(epoch);
        progress.print(out, epoch.toString());
      }
    }
    draw(history, out);
    out.printf(Locale.ROOT, "test accuracy %.3f%n", history.getLast().accuracy());
    return 0;
  }

  /// A machine without fonts must not cost the user the result.
  private void draw(List<Epoch> history, PrintWriter out) {
    try {
      LossChart.write(history, chart);
      out.println("loss curve: " + chart);
    } catch (IOException | RuntimeException | LinkageError | InternalError e) {
      command
          .commandLine()
          .getErr()
          .println("adjoint: no loss curve: " + e + " (drawing needs fontconfig and a font)");
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
