package dev.adjoint.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.ChartEncoder;

/// Draws the ratios. No other class names the chart library or AWT.
final class Chart {
  private Chart() {}

  /// Writes a PNG: a dot per line and other contender, on a scale on which half and double look alike.
  static void write(String title, List<Contender> others, List<Line> lines, Path file)
      throws IOException {
    System.setProperty("java.awt.headless", "true");
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1200)
            .height(700)
            .title(title)
            .yAxisTitle("Adjoint's time or memory / the other's (below 1: less)")
            .build();
    chart.getStyler().setOverlapped(true); // a line's dots above each other
    // Not bars: they would start at 0.
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
    chart.getStyler().setXAxisLabelRotation(90).setYAxisLogarithmic(true);
    chart.getStyler().setXAxisTickMarkSpacingHint(20); // no label left out
    List<String> names = lines.stream().map(l -> l.key().toLowerCase(Locale.ROOT)).toList();
    for (int i = 0; i < others.size(); i++) {
      List<@Nullable Double> ratios = new ArrayList<>();
      for (Line line : lines) {
        double ratio = line.ratios().get(i);
        ratios.add(Double.isNaN(ratio) ? null : ratio); // each series must have all places
      }
      if (ratios.stream().anyMatch(Objects::nonNull)) {
        chart.addSeries("/ " + others.get(i).name(), names, ratios);
      }
    }
    Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }
}
