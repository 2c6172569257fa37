package dev.adjoint.examples;

import dev.adjoint.DeviceInfo;
import dev.adjoint.Tensors;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// `--device`, which every command understands alike.
final class DeviceOption {
  private static final String AUTO = "auto";

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = AUTO,
      description = "cpu, cuda:0, opencl:0, or auto for the best there is. Default: auto.")
  private String name = AUTO;

  @SuppressWarnings("NullAway.Init")
  @Spec(Target.MIXEE)
  private CommandSpec command;

  /// Opens the device; `auto` says on standard error which one it took and why not a better one.
  Device open() {
    Device device;
    try {
      device = Tensors.device(name);
    } catch (DeviceException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    if (name.equals(AUTO)) {
      PrintWriter err = command.commandLine().getErr();
      err.println("device: " + device + why(DeviceInfo.all()));
    }
    return device;
  }

  private static String why(List<DeviceInfo> devices) {
    String missing =
        devices.stream()
            .filter(d -> !d.available())
            .map(d -> "no " + d.device() + ": " + d.description())
            .collect(Collectors.joining("; "));
    return missing.isEmpty() ? "" : " (" + missing + ")";
  }
}
