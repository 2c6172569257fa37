package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.backend.cpu.Convolutions.Blocks;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.type.DType;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Convolutions by a BLAS against their definition.
class ConvolutionsTest {
  private final Random random = new Random(3);

  /// @param size of the square images
  private record Case(
      int images,
      int groups,
      int channels,
      int rows,
      int size,
      int kernel,
      int stride,
      int pad,
      int dilation,
      int sums) {

    int out() {
      return (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
    }

    int inputs() {
      return images * groups * channels * size * size;
    }

    int results() {
      return images * groups * rows * out() * out();
    }

    int weights() {
      return groups * rows * channels * kernel * kernel;
    }

    long[] sizes() {
      int planes = images * groups * channels;
      return new long[] {
        planes, size, size, out(), out(), kernel, kernel, stride, stride, pad, pad, dilation,
        dilation, images, groups, rows, channels, sums
      };
    }

    /// For each product of the definition, the indices of its three numbers.
    void forEach(Products products) {
      for (int i = 0; i < images * groups; i++) {
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < channels; c++) {
            places(products, i, r, c);
          }
        }
      }
    }

    private void places(Products products, int image, int row, int channel) {
      int weight = ((image % groups * rows + row) * channels + channel) * kernel * kernel;
      for (int k = 0; k < kernel * kernel; k++) {
        for (int o = 0; o < out() * out(); o++) {
          int y = o / out() * stride - pad + k / kernel * dilation;
          int x = o % out() * stride - pad + k % kernel * dilation;
          if (y >= 0 && y < size && x >= 0 && x < size) {
            int input = ((image * channels + channel) * size + y) * size + x;
            products.add(input, weight + k, (image * rows + row) * out() * out() + o);
          }
        }
      }
    }
  }

  private interface Products {
    void add(int input, int weight, int result);
  }

  /// Small ones, and some whose columns are made in blocks: of rows, of channels, of both.
  private static final Case[] CASES = {
    new Case(3, 1, 2, 4, 6, 3, 1, 1, 1, 2),
    new Case(5, 2, 3, 2, 7, 2, 2, 0, 1, 5),
    new Case(2, 4, 1, 1, 9, 3, 1, 2, 2, 1),
    new Case(4, 1, 8, 5, 6, 1, 1, 0, 1, 3),
    new Case(2, 1, 3, 4, 5, 1, 1, 1, 1, 2),
    new Case(2, 1, 3, 4, 7, 1, 2, 0, 1, 2),
    new Case(1, 1, 1, 1, 4, 4, 1, 0, 1, 1),
    new Case(2, 1, 33, 3, 40, 5, 1, 2, 1, 1),
    new Case(3, 2, 31, 2, 33, 3, 2, 1, 1, 2),
    new Case(2, 1, 3, 2, 90, 9, 1, 4, 1, 2),
  };

  private final Host host = new Host(3);

  @AfterEach
  void close() {
    host.close();
  }

  private double[] numbers(int n) {
    return random.ints(n, -4, 5).asDoubleStream().toArray();
  }

  private double[] call(
      String kernel, DType type, Case c, double[] first, double[] second, int results) {
    Buffer out = host.upload(type, numbers(results));
    Buffer a = host.upload(type, first);
    Buffer b = host.upload(type, second);
    host.call(kernel, type, c.sizes(), (long) c.images * c.groups, a, b, out);
    return host.download(type, out, results);
  }

  /// Of small whole numbers, so that sums are exact in any order.
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void areWhatTheirDefinitionSays(DType type) {
    for (Case c : CASES) {
      double[] x = numbers(c.inputs());
      double[] w = numbers(c.weights());
      double[] g = numbers(c.results());
      double[] y = new double[c.results()];
      c.forEach((input, weight, result) -> y[result] += x[input] * w[weight]);
      assertArrayEquals(y, call("convolution", type, c, x, w, y.length), c.toString());
      double[] ofX = new double[c.inputs()];
      c.forEach((input, weight, result) -> ofX[input] += g[result] * w[weight]);
      assertArrayEquals(ofX, call("convolution_input", type, c, g, w, ofX.length), c.toString());
      double[] ofW = new double[c.weights()];
      c.forEach((input, weight, result) -> ofW[weight] += g[result] * x[input]);
      double[] sums = call("convolution_weight", type, c, x, g, c.sums * ofW.length);
      assertArrayEquals(ofW, upright(c, sums), c.toString());
    }
  }

  /// The sums added up, with a row for each channel of the result.
  private static double[] upright(Case c, double[] sums) {
    int depth = c.channels * c.kernel * c.kernel;
    double[] weight = new double[c.weights()];
    for (int i = 0; i < sums.length; i++) {
      int at = i % weight.length;
      int group = at / (depth * c.rows);
      weight[(group * c.rows + at % c.rows) * depth + at / c.rows % depth] += sums[i];
    }
    return weight;
  }

  @Test
  void someOfTheCasesAreMadeInBlocks() {
    assertTrue(Blocks.CACHED < 33 * 25 * 40 * 40, "blocks of rows, and of channels of the input");
    assertTrue(Blocks.DEEP < 33 * 25, "blocks of channels of the weight");
    Blocks blocks = new Blocks(4, 10);
    assertEquals(3, blocks.count());
    assertEquals(8, blocks.first(2));
    assertEquals(10, blocks.end(8));
  }

  @Test
  void onlyForWhatABlasMultiplies() {
    assertTrue(Convolutions.supports(new Kernel("convolution_weight", DType.FLOAT32)));
    assertFalse(Convolutions.supports(new Kernel("convolution", DType.FLOAT16)));
    assertFalse(Convolutions.supports(new Kernel("convolution", DType.INT64)));
    assertFalse(Convolutions.supports(new Kernel("fold", DType.FLOAT32)));
  }
}
