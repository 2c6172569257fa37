package dev.adjoint.examples;

import dev.adjoint.examples.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Makes an archive for machines that have nothing but a driver.
@Command(
    name = "bundle",
    description = {
      "Makes one archive that runs on Linux with no JDK, no Maven, no compiler and no network.",
      "Unpack it there with tar -xzf and run ./adjoint in it: tour, train, devices, verify, bench."
    },
    mixinStandardHelpOptions = true)
final class BundleCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Default: target/adjoint-linux-x86_64.tar.gz, after this machine.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = output == null ? null : output.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new ParameterException(
          command.commandLine(),
          "Invalid value for option '--output': " + output + " is in no folder");
    }
    Home home = Home.of();
    if (home.isBundle()) {
      throw new ParameterException(
          command.commandLine(), "a bundle makes no bundles: run this in a clone");
    }
    Path archive = output != null ? output : home.folder().resolve("target").resolve(name());
    Files.createDirectories(archive.toAbsolutePath().getParent());
    Bundle.write(home, archive, command.commandLine().getOut());
    return 0;
  }

  private static String name() {
    String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    return "adjoint-linux-" + machine + ".tar.gz";
  }
}
