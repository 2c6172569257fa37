package dev.adjoint.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.examples.digits.Digits;
import dev.adjoint.examples.digits.Epoch;
import dev.adjoint.examples.digits.LossChart;
import dev.adjoint.examples.digits.Model;
import dev.adjoint.examples.digits.Settings;
import dev.adjoint.examples.digits.Training;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTest {

  private static List<Epoch> train(int epochs, long seed, Device device) throws IOException {
    return train(epochs, seed, device, Model.MLP);
  }

  private static List<Epoch> train(int epochs, long seed, Device device, Model model)
      throws IOException {
    Settings settings = new Settings(epochs, 64, 0.005, seed, device, model);
    Training training = new Training(Digits.load(device), settings);
    List<Epoch> history = new ArrayList<>();
    for (int i = 1; i <= epochs; i++) {
      history.add(training.epoch(i, () -> {}));
    }
    return history;
  }

  static List<Device> devices() {
    return TourTest.devices();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void threeEpochsRecogniseNineDigitsOfTen(Device device) throws IOException {
    double accuracy = train(3, 0, device).getLast().accuracy();
    assertTrue(accuracy > 0.9, () -> "accuracy " + accuracy);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void threeEpochsOfConvolutionsRecogniseNineteenDigitsOfTwenty(Device device) throws IOException {
    double accuracy = train(3, 0, device, Model.CONVNET).getLast().accuracy();
    assertTrue(accuracy > 0.95, () -> "accuracy " + accuracy);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void equalSeedsGiveEqualNumbers(Device device) throws IOException {
    assertEquals(train(2, 7, device), train(2, 7, device));
    assertNotEquals(train(1, 7, device), train(1, 8, device));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void everyDeviceStartsFromTheSameNumbers(Device device) throws IOException {
    Epoch here = train(1, 3, Device.CPU).getFirst();
    Epoch there = train(1, 3, device).getFirst();
    assertEquals(here.loss(), there.loss(), 1e-3);
    assertEquals(here.testLoss(), there.testLoss(), 1e-3);
  }

  /// Not in a bundle: the machines it is for may have no fonts, and then training says so.
  @Test
  @Tag("fonts")
  void chartIsAPicture(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("loss.png");
    LossChart.write(List.of(new Epoch(1, 2, 2, 0.1), new Epoch(2, 1, 1.5, 0.5)), file);
    byte[] start = Arrays.copyOf(Files.readAllBytes(file), 4);
    assertEquals("\u0089PNG", new String(start, java.nio.charset.StandardCharsets.ISO_8859_1));
  }
}
