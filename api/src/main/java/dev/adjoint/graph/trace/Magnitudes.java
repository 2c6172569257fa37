package dev.adjoint.graph.trace;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// The greatest magnitude of each tensor asked about, NaN if it holds one. The numbers stay on their
/// device until all are read at once.
final class Magnitudes implements AutoCloseable {

  /// As many tensors are answered by one read.
  private static final int CHUNK = 1024;

  /// A number that is known once [#read] has run.
  static final class Mark {
    static final Mark FINITE = new Mark();
    double value;
  }

  private record Kind(Device device, DType type) {}

  private record Seen(long version, Mark mark) {}

  private static final class Chunk {
    final Tensor values;
    final List<Mark> marks = new ArrayList<>();

    Chunk(Kind kind) {
      this.values = Tensors.zeros(Tensors.shape(CHUNK), kind.type, kind.device);
      HandleScope.free((EagerTensor) values);
    }

    void read() {
      double[] read = values.toDoubleArray();
      for (int i = 0; i < marks.size(); i++) {
        marks.get(i).value = read[i];
      }
      marks.clear();
    }
  }

  private final Map<Kind, Chunk> chunks = new HashMap<>();
  private final Map<Tensor, Seen> seen = new WeakHashMap<>();

  /// Asks about tensors; what is no floating tensor counts as finite.
  List<Mark> of(@Nullable Tensor[] tensors) {
    List<Mark> marks = new ArrayList<>(tensors.length);
    for (Tensor t : tensors) {
      boolean counts = t != null && t.dtype().isFloating() && t.numel() > 0;
      marks.add(counts ? of(requireNonNull(t)) : Mark.FINITE);
    }
    return marks;
  }

  private Mark of(Tensor t) {
    Seen before = seen.get(t);
    if (before != null && before.version == t.version()) {
      return before.mark;
    }
    Kind kind = new Kind(t.device(), t.dtype());
    Chunk chunk = chunks.computeIfAbsent(kind, Chunk::new);
    Mark mark = new Mark();
    GradMode.with(
        false,
        () -> {
          try (HandleScope _ = HandleScope.open()) {
            Tensor place = chunk.values.select(0, chunk.marks.size());
            return place.copy_(t.detach().abs().amax());
          }
        });
    chunk.marks.add(mark);
    seen.put(t, new Seen(t.version(), mark));
    if (chunk.marks.size() == CHUNK) {
      chunk.read();
    }
    return mark;
  }

  /// Makes every mark known: one read for each device and type in use.
  void read() {
    for (Chunk chunk : chunks.values()) {
      if (!chunk.marks.isEmpty()) {
        chunk.read();
      }
    }
  }

  @Override
  public void close() {
    chunks.values().forEach(c -> c.values.close());
    chunks.clear();
  }
}
