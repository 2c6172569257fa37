package dev.adjoint.memory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests that hold whether results wait or not, and run both ways.
@ParameterizedClass(name = "results wait: {0}")
@ValueSource(booleans = {false, true})
abstract class EitherWay {
  @Parameter boolean waits;
  private boolean before;

  @BeforeEach
  final void begin() {
    before = Deferral.off;
    Deferral.off = !waits;
  }

  @AfterEach
  final void end() {
    Deferral.off = before;
  }
}
