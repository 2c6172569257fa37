package dev.adjoint.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A kernel made ready for a device: compiled, or loaded from what was compiled before.
@Name("dev.adjoint.Compile")
@Label("Kernel Compilation")
@Category("Adjoint")
@Description("A kernel compiled, or loaded from what was compiled before")
@StackTrace(false)
public final class CompileEvent extends Event {
  /// The first operation that asked for it.
  @Label("Operation")
  public String op = "";

  @Label("Kernel")
  public String kernel = "";

  @Label("Succeeded")
  public boolean succeeded;
}
