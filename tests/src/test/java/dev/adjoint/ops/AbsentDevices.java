package dev.adjoint.ops;

import dev.adjoint.Devices;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/// Says at the end of the whole run, once, which devices it did not run on and why.
final class AbsentDevices implements BeforeAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(Namespace.GLOBAL)
        .getOrComputeIfAbsent(AbsentDevices.class, key -> (AutoCloseable) AbsentDevices::report);
  }

  private static void report() {
    Devices.absent().forEach((name, why) -> System.out.println(line(name, why)));
  }

  private static String line(String name, String why) {
    return name + ": not run, no device (" + why.lines().findFirst().orElse("") + ")";
  }
}
