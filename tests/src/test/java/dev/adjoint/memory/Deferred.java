package dev.adjoint.memory;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Says for tests whether results wait, whatever the default is: as an extension that they do while a
/// class of tests runs.
public final class Deferred implements BeforeAllCallback, AfterAllCallback {
  private boolean before;

  @Override
  public void beforeAll(ExtensionContext context) {
    before = Deferral.off;
    Deferral.off = false;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Deferral.off = before;
  }

  /// Does something whose elementwise results are computed at once.
  public static <T> T atOnce(Supplier<T> work) {
    return with(true, work);
  }

  /// Does something whose elementwise results wait, if they are large enough.
  public static <T> T waiting(Supplier<T> work) {
    return with(false, work);
  }

  private static <T> T with(boolean off, Supplier<T> work) {
    boolean before = Deferral.off;
    Deferral.off = off;
    try {
      return work.get();
    } finally {
      Deferral.off = before;
    }
  }

  /// The same tensor, with its elements in memory.
  public static Tensor computed(Tensor t) {
    EagerTensor read = (EagerTensor) t;
    read.storage().forReading(read.layout().offset(), read.layout().strides());
    return t;
  }
}
