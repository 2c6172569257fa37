package dev.adjoint.random;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.TensorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A random program over tensors so large that their results wait, drawn while it runs: the same seed
/// draws the same program, whether every result is read at once or none before the end.
final class WaitingProgram {
  static final int ROWS = 65;
  static final int COLUMNS = 64;
  private static final int MOST_TENSORS = 12;

  private final Random random;
  private final Device device;
  private final boolean readsAll;
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<String> shown = new ArrayList<>();

  /// @param readsAll whether each result is read at once, so that nothing ever waits for two statements
  WaitingProgram(long seed, Device device, boolean readsAll) {
    this.random = new Random(seed);
    this.device = device;
    this.readsAll = readsAll;
  }

  /// Runs statements, and returns what could be seen: errors, versions, and the bits of all elements.
  List<String> run(int statements) {
    for (int i = 0; i < 3; i++) {
      Tensor t = Tensors.tensor(numbers(ROWS * COLUMNS), DType.FLOAT32, device).view(ROWS, COLUMNS);
      keep(i == 0 ? t : t.detach().requiresGrad_());
    }
    keep(Tensors.tensor(numbers(COLUMNS), DType.FLOAT32, device));
    keep(Tensors.full(Tensors.shape(ROWS, COLUMNS), 0.25, DType.FLOAT32, device));
    for (int i = 0; i < statements; i++) {
      boolean recorded = random.nextInt(4) != 0;
      int word = random.nextInt(100);
      attempt(recorded, word);
    }
    tensors.forEach(this::show);
    return shown;
  }

  private void attempt(boolean recorded, int word) {
    try {
      Autograd.withGrad(
          recorded,
          () -> {
            Tensor result = statement(word);
            if (result != null) {
              keep(result);
            }
          });
    } catch (TensorException e) {
      // The first sentence: what follows may name the call, which is another one each time.
      shown.add(String.valueOf(e.getMessage()).split("\\. ")[0]);
    }
  }

  private void keep(Tensor t) {
    if (readsAll) {
      EagerTensor read = (EagerTensor) t;
      read.storage().forReading(read.layout().offset(), new long[0]);
    }
    if (tensors.size() < MOST_TENSORS) {
      tensors.add(t);
    } else {
      tensors.set(5 + random.nextInt(MOST_TENSORS - 5), t);
    }
  }

  private @Nullable Tensor statement(int word) {
    if (word < 40) {
      return pointwise(random.nextInt(12));
    }
    if (word < 55) {
      return view(random.nextInt(6));
    }
    if (word < 78) {
      return write(random.nextInt(8));
    }
    if (word < 84) {
      return any().sum(new int[] {random.nextInt(2)}, random.nextBoolean());
    }
    if (word < 88) {
      close();
      return null;
    }
    if (word < 94) {
      show(any());
      return null;
    }
    backward();
    return null;
  }

  private Tensor any() {
    return tensors.get(random.nextInt(tensors.size()));
  }

  private Tensor pointwise(int word) {
    Tensor x = any();
    return switch (word) {
      case 0 -> x.add(any());
      case 1 -> x.mul(any());
      case 2 -> x.sub(any(), 0.5);
      case 3 -> x.tanh();
      case 4 -> x.sigmoid();
      case 5 -> x.mul(0.5).add(x);
      case 6 -> x.square().mul(0.25);
      case 7 -> x.relu();
      case 8 -> Tensors.where(x.gt(0.1), x, any());
      case 9 -> x.to(DType.FLOAT64).mul(1.0 / 3).to(DType.FLOAT32);
      case 10 -> x.clone();
      default -> x.addcmul(any(), any(), 0.125);
    };
  }

  private Tensor view(int word) {
    Tensor x = any();
    int rows = x.dim() == 0 ? 1 : (int) x.size(0);
    return switch (word) {
      case 0 -> x.t();
      case 1 -> x.narrow(0, 0, Math.max(1, rows - 1));
      case 2 -> x.narrow(0, rows / 2, rows - rows / 2);
      case 3 -> x.detach();
      case 4 -> x.view(-1).view(x.shape().toArray());
      default -> x.expand(ROWS, COLUMNS);
    };
  }

  private @Nullable Tensor write(int word) {
    Tensor x = any();
    switch (word) {
      case 0 -> x.mul_(0.75);
      case 1 -> x.add_(any());
      case 2 -> x.tanh_();
      case 3 -> x.copy_(any());
      case 4 -> x.zero_();
      case 5 -> x.narrow(0, 0, x.dim() == 0 ? 1 : Math.max(1, x.size(0) / 2)).add_(1);
      case 6 -> x.add_(x);
      default -> x.t().mul_(any());
    }
    return null;
  }

  private void close() {
    if (tensors.size() > 6) {
      tensors.remove(5 + random.nextInt(tensors.size() - 5)).close();
    }
  }

  private void backward() {
    Tensor x = any();
    boolean retain = random.nextBoolean();
    GradOption[] options = retain ? new GradOption[] {GradOption.RETAIN_GRAPH} : new GradOption[0];
    x.backward(Tensors.full(x.shape(), 0.5, x.dtype(), device), options);
    for (Tensor t : List.copyOf(tensors)) {
      Tensor g = t.isLeaf() ? t.grad() : null;
      if (g != null && random.nextInt(3) == 0) {
        keep(g.detach());
      }
    }
  }

  private void show(Tensor t) {
    StringBuilder text = new StringBuilder(t.shape() + " v" + t.version() + ":");
    int hash = 0;
    float[] values = t.to(DType.FLOAT32).toFloatArray();
    for (float value : values) {
      hash = 31 * hash + Float.floatToIntBits(value);
    }
    shown.add(text.append(hash).append(' ').append(values.length > 0 ? values[0] : "").toString());
    Tensor g = t.isLeaf() ? t.grad() : null;
    if (g != null) {
      shown.add("grad of " + g.shape());
      show(g.detach());
    }
  }

  private float[] numbers(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }
}
