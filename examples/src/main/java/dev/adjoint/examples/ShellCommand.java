package dev.adjoint.examples;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Stands in the list of commands; the launcher script itself starts the shell, which is another program.
@Command(
    name = "shell",
    description = "Starts JShell with Adjoint imported; further arguments are JShell's.",
    mixinStandardHelpOptions = true)
final class ShellCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Override
  public Integer call() {
    throw new ParameterException(
        command.commandLine(), "the shell is started by the launcher script: ./adjoint shell");
  }
}
