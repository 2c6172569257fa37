package dev.adjoint.graph.hook;

import dev.adjoint.Tensor;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import org.jspecify.annotations.Nullable;

/// Finds what is wrong with a gradient that a hook returned in the place of another.
final class Replacement {
  private Replacement() {}

  static void requireCount(int expected, int got) {
    if (got != expected) {
      throw new GraphException(
          "hook has returned an incorrect number of values (got "
              + got
              + ", but expected "
              + expected
              + "). Return one for each it was given, null where there is none, or null for all to change"
              + " nothing.");
    }
  }

  static void require(@Nullable Tensor before, @Nullable Tensor after) {
    if (after == null || after == before) {
      return;
    }
    if (before == null) {
      throw new GraphException(
          "can't replace a None gradient with a non-None value: the hook returned a tensor of shape "
              + after.shape()
              + " where it was given null.");
    }
    if (!after.shape().equals(before.shape())) {
      throw new ShapeException(
          "hook has changed the size of value: it got "
              + before.shape()
              + ", returned "
              + after.shape());
    }
    if (after.dtype() != before.dtype()) {
      throw new GraphException(
          "hook has changed the type of value (was "
              + before.dtype().tensorType()
              + " got "
              + after.dtype().tensorType()
              + ")");
    }
    if (!after.device().equals(before.device())) {
      throw new DeviceException(
          "hook has changed the device of value (was "
              + before.device()
              + " got "
              + after.device()
              + ")");
    }
  }
}
