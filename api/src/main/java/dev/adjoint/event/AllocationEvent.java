package dev.adjoint.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/// Memory taken from a device because no freed piece fits; most tensors reuse one and make no event.
@Name("dev.adjoint.Allocation")
@Label("Device Allocation")
@Category("Adjoint")
@Description("Memory taken from a device because no freed piece fits")
public final class AllocationEvent extends Event {
  @Label("Device")
  public String device = "";

  @Label("Bytes")
  @DataAmount
  public long bytes;
}
