package dev.adjoint.examples.digits;

import static dev.adjoint.Tensors.tensor;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Handwritten digits of 8 × 8 pixels and what they are; see LICENCE.md beside the data.
///
/// @param pixels one row of 64 per digit, between -2 and 2
/// @param labels 0 … 9
public record Digits(Tensor pixels, Tensor labels) {
  private static final String FILE = "digits.csv.gz";
  private static final int PIXELS = 64;

  /// Reads them from the class path onto a device.
  public static Digits load(Device device) throws IOException {
    List<String> lines = lines();
    float[][] pixels = new float[lines.size()][PIXELS];
    long[] labels = new long[lines.size()];
    for (int i = 0; i < labels.length; i++) {
      String[] columns = lines.get(i).split(",", -1);
      for (int p = 0; p < PIXELS; p++) {
        pixels[i][p] = Integer.parseInt(columns[p]) / 4f - 2; // from 0 … 16
      }
      labels[i] = Long.parseLong(columns[PIXELS]);
    }
    return new Digits(tensor(pixels, DType.FLOAT32, device), tensor(labels, DType.INT64, device));
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = Digits.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new FileNotFoundException(FILE + " is not on the class path");
      }
      InputStreamReader text =
          new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII);
      return new BufferedReader(text).lines().toList();
    }
  }

  public long count() {
    return labels.numel();
  }

  /// Those at these places.
  public Digits select(Tensor places) {
    return new Digits(pixels.indexSelect(0, places), labels.indexSelect(0, places));
  }
}
