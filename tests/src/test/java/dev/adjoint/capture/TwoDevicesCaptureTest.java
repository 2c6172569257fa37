package dev.adjoint.capture;

import static dev.adjoint.capture.RefusedCaptureTest.refused;

import dev.adjoint.BesideTheCpu;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A graph is of one device.
class TwoDevicesCaptureTest extends BesideTheCpu {
  private final Tensor there = Tensors.tensor(new float[] {1, 2}, DType.FLOAT32, Device.CPU);

  @Test
  void theOtherDevicesLaunchesAreRefused() {
    Tensor here = vector(1, 2);
    refused(
        "capture: the step works on " + device + " and on cpu",
        () -> List.of(here.add(1), there.add(1)));
  }

  @Test
  void whatComesFromTheOtherDeviceIsRefused() {
    refused(
        "capture: the step reads elements of a tensor of shape [2] on cpu", () -> there.to(device));
    Tensor number = Tensors.tensor(new float[] {3}, DType.FLOAT32, Device.CPU).select(0, 0);
    Tensor here = vector(1, 2);
    refused(
        "capture: the step reads elements of a tensor of shape [] on cpu", () -> here.mul(number));
  }
}
