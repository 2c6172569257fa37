package dev.adjoint.nn;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.memory.Storage;
import java.util.ArrayList;
import java.util.List;

/// Modules one after the other, named 0, 1, 2 …
public final class Sequential extends Block {

  public Sequential(Module... modules) {
    for (int i = 0; i < modules.length; i++) {
      child(Integer.toString(i), modules[i]);
    }
  }

  /// What one of the library's modules hands to another nobody else can see: it is closed once it was
  /// read, so that its memory goes back as soon as the graph does not need it.
  @Override
  public Tensor forward(Tensor input) {
    List<Tensor> between = new ArrayList<>();
    Tensor x = input;
    for (Module module : children().values()) {
      Tensor y = module.forward(x);
      if (!keepsNothing(module)) {
        between.clear();
      } else if (y != x) {
        if (storage(y) != storage(x)) {
          between.forEach(Tensor::close);
          between.clear();
        }
        between.add(y);
      }
      x = y;
    }
    return x;
  }

  private static Storage storage(Tensor t) {
    return ((EagerTensor) t).storage();
  }

  /// Whether it is known that a module gives its input and its result to nobody else.
  private static boolean keepsNothing(Module module) {
    return switch (module) {
      case Sequential s -> s.children().values().stream().allMatch(Sequential::keepsNothing);
      case Activation _, Linear _, ConvNd _, MaxPool2d _, AvgPool2d _, Flatten _ -> true;
      case BatchNorm _, LayerNorm _, GroupNorm _, Dropout _ -> true;
      default -> false;
    };
  }
}
