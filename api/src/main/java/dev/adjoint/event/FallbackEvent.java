package dev.adjoint.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// Something slower, or another device, in place of what was wanted.
@Name("dev.adjoint.Fallback")
@Label("Fallback")
@Category("Adjoint")
@Description("Something slower, or another device, in place of what was wanted")
@StackTrace(false)
public final class FallbackEvent extends Event {
  /// What was used.
  @Label("Used")
  public String used = "";

  @Label("Reason")
  public String reason = "";

  /// Says so to a recording, if there is one.
  public static void emit(String used, String reason) {
    FallbackEvent event = new FallbackEvent();
    if (event.shouldCommit()) {
      event.used = used;
      event.reason = reason;
      event.commit();
    }
  }
}
