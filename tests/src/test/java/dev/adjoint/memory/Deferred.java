package dev.adjoint.memory;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Lets results wait while a class of tests runs, whatever the default is.
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
}
