package dev.adjoint.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// Work handed to a backend. Its duration is the host's: on a device that works by itself it is the
/// time to queue the work, unless the backend waits (`adjoint.cuda.sync`).
@Name("dev.adjoint.Launch")
@Label("Launch")
@Category("Adjoint")
@Description("Work handed to a backend")
@StackTrace(false)
public final class LaunchEvent extends Event {
  /// Such as `cuda:0`.
  @Label("Device")
  public String device = "";

  /// Of several that run as one: the one whose result is stored.
  @Label("Operation")
  public String op = "";

  /// The operation and its shape, as in error messages.
  @Label("Work")
  public String work = "";

  /// How many instructions a joined program has; 1 for a structured kernel.
  @Label("Instructions")
  public int instructions;
}
