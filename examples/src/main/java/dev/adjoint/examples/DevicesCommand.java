package dev.adjoint.examples;

import dev.adjoint.DeviceInfo;
import dev.adjoint.DeviceMemory;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Lists what can be computed on, and what it would take to have the rest.
@Command(
    name = "devices",
    description =
        "Lists every device found, and every one not found with the reason and the remedy.",
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init")
  @Mixin
  private DeviceOption device;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec command;

  @Override
  public Integer call() {
    Device chosen = device.open();
    PrintWriter out = command.commandLine().getOut();
    List<DeviceInfo> devices = DeviceInfo.all();
    int width = devices.stream().mapToInt(d -> d.device().toString().length()).max().orElse(0);
    for (DeviceInfo d : devices) {
      String name = String.format("%-" + width + "s", d.device());
      out.println(name + "  " + (d.available() ? "yes" : "no ") + "  " + d.description());
      if (!d.available() && !d.remedy().isEmpty()) {
        out.println(" ".repeat(width + 7) + d.remedy());
      }
    }
    double answer = Tensors.ones(Tensors.shape(1), DType.FLOAT32, chosen).sum().item();
    out.println(
        chosen + ": computes" + (answer == 1 ? "" : ", wrongly: the sum of one 1 is " + answer));
    DeviceMemory memory = DeviceMemory.of(chosen);
    out.printf(
        Locale.ROOT,
        "%s: memory in bytes: %,d in use, %,d cached, %,d reserved, %,d at most in use%n",
        chosen,
        memory.live(),
        memory.cached(),
        memory.reserved(),
        memory.peak());
    return answer == 1 ? 0 : 1;
  }
}
