package dev.adjoint.examples;

import dev.adjoint.type.TensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/// The program behind `./adjoint`. What a user got wrong is one line on standard error and a non-zero
/// exit; a stack trace means that Adjoint is wrong.
@Command(
    name = "adjoint",
    description = "Automatic differentiation for Java with PyTorch's semantics.",
    mixinStandardHelpOptions = true,
    version = "Adjoint 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TourCommand.class,
      TrainCommand.class,
      DevicesCommand.class,
      ShellCommand.class,
      VerifyCommand.class,
      BenchCommand.class,
      BundleCommand.class,
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, _) -> misuse(e))
        .setExecutionExceptionHandler((e, command, _) -> failure(e, command))
        .setUsageHelpAutoWidth(true);
  }

  private static int misuse(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    complain(command, e.getMessage() + " (see " + name + " --help)");
    return ExitCode.USAGE;
  }

  private static int failure(Exception e, CommandLine command) throws Exception {
    if (e instanceof TensorException
        || e instanceof IOException
        || e instanceof UncheckedIOException
        || e instanceof IllegalArgumentException) {
      complain(command, String.valueOf(e.getMessage()));
      return ExitCode.SOFTWARE;
    }
    throw e;
  }

  private static void complain(CommandLine command, String message) {
    command.getErr().println("adjoint: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
