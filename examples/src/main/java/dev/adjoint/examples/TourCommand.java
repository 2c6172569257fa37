package dev.adjoint.examples;

import dev.adjoint.examples.tour.Tour;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Shows that Adjoint answers as PyTorch does.
@Command(
    name = "tour",
    description = {
      "Runs what five pages about PyTorch's autograd show, and compares each result with"
          + " PyTorch's.",
      "Ends with an error if one differs."
    },
    mixinStandardHelpOptions = true)
final class TourCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init")
  @Mixin
  private DeviceOption device;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Override
  public Integer call() {
    int differences = new Tour(device.open(), command.commandLine().getOut()).run();
    return differences == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
