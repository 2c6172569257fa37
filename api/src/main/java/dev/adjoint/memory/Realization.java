package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Computes pending values into memory: one program for all that share a shape, launched once.
final class Realization {
  /// What one program computes at most; its values may share what they are computed from.
  static final int MAX_INSTRUCTIONS = 64;

  static final int MAX_LEAVES = 48;
  private static final int MAX_OUTPUTS = 8;
  private static final long[] NO_STRIDES = {};

  private record Group(OpenDevice device, Shape shape) {}

  private Realization() {}

  /// The shape that a pending value is computed in.
  static Shape shapeOf(Storage storage, Pending p) {
    return p.sources.length == 0 ? Shape.of(storage.elements()) : p.sources[0].layout().shape();
  }

  /// Computes a value, unless another thread has meanwhile.
  static void of(Storage storage) {
    ReentrantLock turn = storage.device().takeTurn();
    try {
      Pending p = storage.pending();
      if (p != null) {
        if (Recording.precedes(p)) {
          Recording.aside(() -> launch(shapeOf(storage, p), storage));
        } else {
          launch(shapeOf(storage, p), storage);
        }
      }
    } finally {
      turn.unlock();
    }
  }

  /// Computes what is still pending of these, those of one shape together.
  static void ofAll(List<Storage> values) {
    ofAll(values, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /// The same of values that take so many instructions and operands together at most, shared ones once.
  static void ofAll(List<Storage> values, int rows, int reads) {
    Group group = null;
    Map<Group, List<Storage>> groups = null;
    for (int i = 0; i < values.size(); i++) {
      Storage s = values.get(i);
      Pending p = s.pending();
      if (p == null) {
        continue;
      }
      if (Recording.precedes(p) || p.isAlone()) {
        of(s);
        continue;
      }
      Group own = new Group(s.device(), shapeOf(s, p));
      if (group == null) {
        group = own;
      } else if (groups == null && !own.equals(group)) {
        groups = new LinkedHashMap<>();
        groups.put(group, new ArrayList<>(values.subList(0, i)));
      }
      if (groups != null) {
        groups.computeIfAbsent(own, unknown -> new ArrayList<>()).add(s);
      }
    }
    if (groups != null) {
      groups.forEach((g, all) -> together(g, all, rows, reads));
    } else if (group != null) {
      together(group, values, rows, reads);
    }
  }

  private static void together(Group group, List<Storage> values, int rows, int reads) {
    ReentrantLock turn = group.device().takeTurn();
    try {
      for (int next = 0; next < values.size(); ) {
        next = part(group.shape(), values, next, rows, reads);
      }
    } finally {
      turn.unlock();
    }
  }

  /// Computes as many values as one program may, and returns which comes after them.
  private static int part(Shape shape, List<Storage> values, int from, int rows, int reads) {
    Storage[] part = new Storage[Math.min(MAX_OUTPUTS, values.size() - from)];
    int n = 0;
    int weight = 0;
    int leaves = 0;
    int next = from;
    for (; next < values.size() && n < part.length; next++) {
      Pending p = values.get(next).pending();
      if (p == null) {
        continue; // in memory by now: a part of an earlier value, or another thread's doing
      }
      weight = Math.min(weight + p.weight, rows);
      leaves = Math.min(leaves + p.leaves, reads);
      if (n > 0 && (weight > MAX_INSTRUCTIONS || leaves > MAX_LEAVES)) {
        break;
      }
      part[n++] = values.get(next);
    }
    if (n > 0) {
      launch(shape, n == part.length ? part : Arrays.copyOf(part, n));
    }
    return next;
  }

  private static void launch(Shape shape, Storage... values) {
    Storage first = values[0];
    Recording.checkMaker(first);
    for (Storage s : values) {
      computeSums(s.pending());
    }
    Pending only = first.pending();
    if (only != null && only.call != null) {
      call(first, only.call, only.sources);
    } else if (only != null && only.isSum) {
      Window.sums().launch(first, only);
    } else if (values.length == 1
        && only != null
        && only.row != null
        && only.weight == 1
        && Window.sums().isEmpty()) {
      Fusion.write(first, Layout.contiguous(shape), only.row, only.type, only.sources, null);
    } else if (shape.elements() > 0) {
      try (ProgramBuilder builder = ProgramBuilder.open()) {
        Layout dense = Layout.contiguous(shape);
        for (Storage s : values) {
          builder.output(builder.value(new Source(s, dense), s.type()));
        }
        List<Storage> stored = new ArrayList<>(Arrays.asList(values));
        builder.storeRepeated(stored, MAX_OUTPUTS);
        stored.forEach(Recording::checkMaker);
        Storage[] targets = stored.toArray(Storage[]::new);
        if (!Window.sums().join(builder, shape, targets)) {
          Layout[] layouts = new Layout[targets.length];
          Arrays.fill(layouts, dense);
          String name = only == null || only.row == null ? "fill" : only.row.name();
          ProgramLaunch.of(builder, targets, layouts, name, null);
        }
      }
    }
    for (Storage s : values) {
      s.realized();
    }
  }

  /// Computes the sums that a value is made of.
  private static void computeSums(@Nullable Pending p) {
    for (int i = 0; p != null && p.needsSum && i < p.sources.length; i++) {
      Storage s = p.sources[i].storage();
      Pending source = s.pending();
      if (source != null && source.isSum) {
        of(s);
      } else {
        computeSums(source);
      }
    }
  }

  private static void call(Storage result, Launch.Call call, Source[] read) {
    Operand[] operands = new Operand[read.length + 1];
    for (int i = 0; i < read.length; i++) {
      operands[i] = read[i].storage().forReading(read[i].layout().offset(), NO_STRIDES);
    }
    operands[read.length] = result.forFilling(0, NO_STRIDES);
    result
        .device()
        .launch(
            new Launch.Call(
                call.op(), call.kernel(), operands, call.sizes(), call.groups(), call.groupWork()));
  }
}
