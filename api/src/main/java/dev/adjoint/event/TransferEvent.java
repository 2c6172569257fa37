package dev.adjoint.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/// A copy between the host and a device. One to the host waits for all work before it.
@Name("dev.adjoint.Transfer")
@Label("Transfer")
@Category("Adjoint")
@Description("A copy between the host and a device; one to the host waits for the device")
public final class TransferEvent extends Event {
  @Label("Device")
  public String device = "";

  @Label("To the Host")
  public boolean toHost;

  @Label("Bytes")
  @DataAmount
  public long bytes;
}
