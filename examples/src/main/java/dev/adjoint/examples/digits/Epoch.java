package dev.adjoint.examples.digits;

import java.util.Locale;

/// What one pass over the data came to.
///
/// @param loss the mean over the pass, while parameters were changing
/// @param testLoss the loss on what was held out, afterwards
/// @param accuracy the share of what was held out that is recognised, afterwards
public record Epoch(int number, double loss, double testLoss, double accuracy) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "epoch %3d  loss %.4f  test loss %.4f  test accuracy %.3f",
        number,
        loss,
        testLoss,
        accuracy);
  }
}
