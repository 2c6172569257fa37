package dev.adjoint.examples.digits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Draws the loss over epochs. No other class names the chart library or AWT, so that only a finished
/// training loads them.
public final class LossChart {
  private LossChart() {}

  /// Writes a PNG.
  public static void write(List<Epoch> history, Path file) throws IOException {
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(800)
            .height(450)
            .title("Handwritten digits")
            .xAxisTitle("epoch")
            .yAxisTitle("cross entropy")
            .build();
    chart.getStyler().setYAxisMin(0.0);
    double[] epochs = history.stream().mapToDouble(Epoch::number).toArray();
    double[] train = history.stream().mapToDouble(Epoch::loss).toArray();
    double[] test = history.stream().mapToDouble(Epoch::testLoss).toArray();
    chart.addSeries("training", epochs, train).setMarker(SeriesMarkers.NONE);
    chart.addSeries("held out", epochs, test).setMarker(SeriesMarkers.NONE);
    Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }
}
