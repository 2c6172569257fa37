package dev.adjoint.random;

import dev.adjoint.Autograd;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.TensorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A random program over tensors so large that their results wait, drawn while it runs: the same seed
/// draws the same program, whether results wait or not.
final class WaitingProgram {
  static final int ROWS = 65;
  private static final int FIRST = 6;
  private static final int MOST_TENSORS = 14;

  final Random random;
  final Device device;
  final int columns;
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<String> shown = new ArrayList<>();

  WaitingProgram(long seed, Device device) {
    this.random = new Random(seed);
    this.device = device;
    // Square matrices also meet their transposes.
    this.columns = random.nextBoolean() ? ROWS : ROWS - 1;
    Tensors.manualSeed(seed);
  }

  /// Runs statements, and returns what could be seen: errors, versions, and the bits of all elements.
  List<String> run(int statements) {
    for (int i = 0; i < 3; i++) {
      Tensor t = numbers(ROWS * columns).view(ROWS, columns);
      keep(i == 0 ? t : t.detach().requiresGrad_());
    }
    keep(numbers(columns));
    keep(numbers(columns).requiresGrad_());
    keep(Tensors.full(Tensors.shape(ROWS, columns), 0.25, DType.FLOAT32, device));
    WaitingStatements words = new WaitingStatements(this);
    for (int i = 0; i < statements; i++) {
      attempt(words);
    }
    tensors.forEach(this::show);
    return shown;
  }

  private void attempt(WaitingStatements words) {
    boolean recorded = random.nextInt(4) != 0;
    int saving = random.nextInt(12);
    try {
      Tensor result = within(saving, () -> recorded ? words.next() : Autograd.noGrad(words::next));
      if (result != null) {
        keep(result);
      }
    } catch (TensorException e) {
      // The first sentence: what follows may name the call, which is another one each time.
      shown.add(String.valueOf(e.getMessage()).split("\\. ")[0]);
    }
  }

  /// Runs one statement in one of the modes of saved tensors.
  private @Nullable Tensor within(int saving, Supplier<@Nullable Tensor> statement) {
    return switch (saving) {
      case 0 -> Autograd.savedTensorHooks(Tensor::clone, t -> t, statement);
      case 1 -> Autograd.savedTensorHooks(this::shownWhenSaved, t -> t, statement);
      case 2, 3 -> Autograd.allowMutationOnSavedTensors(statement);
      default -> statement.get();
    };
  }

  private Tensor shownWhenSaved(Tensor t) {
    show(t);
    return t;
  }

  void keep(Tensor t) {
    if (tensors.size() < MOST_TENSORS) {
      tensors.add(t);
    } else {
      tensors.set(FIRST + random.nextInt(MOST_TENSORS - FIRST), t);
    }
  }

  /// One of the tensors.
  Tensor any() {
    return tensors.get(random.nextInt(tensors.size()));
  }

  /// The gradients that leaves have collected.
  List<Tensor> gradients() {
    List<Tensor> found = new ArrayList<>();
    for (Tensor t : tensors) {
      Tensor g = t.isLeaf() ? t.grad() : null;
      if (g != null) {
        found.add(g);
      }
    }
    return found;
  }

  void close() {
    if (tensors.size() > FIRST + 1) {
      tensors.remove(FIRST + random.nextInt(tensors.size() - FIRST)).close();
    }
  }

  void note(String text) {
    shown.add(text);
  }

  /// Notes a tensor's elements and its gradient's.
  void show(Tensor t) {
    StringBuilder text = new StringBuilder(t.dtype() + " " + t.shape() + " v" + t.version() + ":");
    int hash = 0;
    double[] values = Autograd.noGrad(() -> t.to(DType.FLOAT64).toDoubleArray());
    for (double value : values) {
      hash = 31 * hash + Double.hashCode(value);
    }
    shown.add(text.append(hash).append(' ').append(values.length > 0 ? values[0] : "").toString());
    Tensor g = t.isLeaf() ? t.grad() : null;
    if (g != null) {
      shown.add("grad of " + g.shape());
      show(g.detach());
    }
  }

  Tensor numbers(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return Tensors.tensor(values, DType.FLOAT32, device);
  }
}
