package dev.adjoint.nn;

import dev.adjoint.Tensor;

/// Modules one after the other, named 0, 1, 2 …
public final class Sequential extends Block {

  public Sequential(Module... modules) {
    for (int i = 0; i < modules.length; i++) {
      child(Integer.toString(i), modules[i]);
    }
  }

  @Override
  public Tensor forward(Tensor input) {
    Tensor x = input;
    for (Module module : children().values()) {
      x = module.forward(x);
    }
    return x;
  }
}
