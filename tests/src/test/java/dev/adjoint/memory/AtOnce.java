package dev.adjoint.memory;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Has elementwise results computed at once while a class of tests runs, since it counts launches or
/// bytes of memory that would come later or not at all.
public final class AtOnce implements BeforeAllCallback, AfterAllCallback {
  private boolean before;

  @Override
  public void beforeAll(ExtensionContext context) {
    before = Deferral.off;
    Deferral.off = true;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Deferral.off = before;
  }
}
