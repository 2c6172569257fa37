package dev.adjoint.random;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Autograd;
import dev.adjoint.GradFn;
import dev.adjoint.GradOption;
import dev.adjoint.HookHandle;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.GradientEdge;
import dev.adjoint.type.Device;
import dev.adjoint.type.TensorException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A program being run on a device: its named tensors and hooks.
final class Machine {
  private final Device device;
  private final boolean late;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, HookHandle> hooks = new HashMap<>();
  private final Map<Object, Long> first = new IdentityHashMap<>();
  private final Set<String> gradients = new HashSet<>();
  private final List<Shown> events = new ArrayList<>();

  /// @param late whether elements of results are left unread until a statement needs them
  Machine(Device device, boolean late) {
    this.device = device;
    this.late = late;
  }

  /// Runs one statement and returns what can then be seen.
  List<Shown> run(Statement statement) {
    events.clear();
    Arguments a = new Arguments(statement.arguments(), tensors, device);
    List<Shown> shown = new ArrayList<>();
    try {
      Autograd.withGrad(statement.recording(), () -> shown.addAll(execute(statement, a)));
      return shown;
    } catch (TensorException e) {
      return List.of(Shown.error(String.valueOf(e.getMessage())));
    }
  }

  private List<Shown> execute(Statement s, Arguments a) {
    return switch (s.word()) {
      case "leaf", "const" -> {
        Tensor made = Arguments.made(a.shape(0), a.integer(1), device);
        yield give(s, List.of(s.word().equals("leaf") ? made.requiresGrad_() : made));
      }
      case "look" -> List.of(look(a.words().getFirst(), a.tensor(0)));
      case "drop" -> done(() -> drop(a.words().getFirst()));
      case "retain_grad" -> done(() -> a.tensor(0).retainGrad());
      case "clear_grad" -> done(() -> a.tensor(0).setGrad(null));
      case "grad_of" -> {
        give(s, List.of(requireNonNull(a.tensor(0).grad())));
        gradients.addAll(s.results());
        yield List.of(look(s.results().getFirst(), requireNonNull(a.tensor(0).grad())));
      }
      case "hook" -> done(() -> hook(s.results().getFirst(), a));
      case "before", "after", "collected" ->
          done(() -> hooks.put(s.results().getFirst(), around(s, a)));
      case "unhook" -> done(() -> requireNonNull(hooks.get(a.words().getFirst())).close());
      case "backward" -> backward(a);
      case "grad" -> grad(s, a);
      default -> give(s, Words.call(s.word(), a));
    };
  }

  private Shown shown(Tensor t) {
    return Shown.of(t, first, true);
  }

  private Shown given(Tensor t) {
    return Shown.of(t, first, !late);
  }

  /// As [#shown], but a gradient's node has no name: a derivative may be written in several ways.
  private Shown look(String name, Tensor t) {
    return gradients.contains(name) ? shown(t).unnamed() : shown(t);
  }

  private static List<Shown> done(Runnable action) {
    action.run();
    return List.of(Shown.word("ok"));
  }

  private List<Shown> give(Statement s, List<Tensor> values) {
    for (int i = 0; i < s.results().size(); i++) {
      tensors.put(s.results().get(i), values.get(i));
    }
    return values.stream().map(this::given).toList();
  }

  /// Closes a tensor that no other name stands for.
  private void drop(String name) {
    Tensor dropped = requireNonNull(tensors.remove(name));
    if (tensors.values().stream().noneMatch(t -> t == dropped)) {
      dropped.close();
    }
  }

  private void hook(String name, Arguments a) {
    double factor = a.number(2).doubleValue();
    UnaryOperator<@Nullable Tensor> call =
        g -> {
          events.add(Shown.number(name, requireNonNull(g)));
          return switch (a.words().get(1)) {
            case "times" -> g.mul(factor);
            case "plus" -> g.add(factor);
            default -> null;
          };
        };
    hooks.put(name, a.tensor(0).registerHook(call));
  }

  /// Hooks of a node, or of a leaf that has collected.
  private HookHandle around(Statement s, Arguments a) {
    String name = s.results().getFirst();
    String kind = a.words().get(1);
    double factor = a.number(2).doubleValue();
    if (s.word().equals("collected")) {
      return a.tensor(0)
          .registerPostAccumulateGradHook(leaf -> {
            Tensor g = requireNonNull(leaf.grad());
            events.add(Shown.number(name, g));
            if (kind.equals("times")) {
              leaf.setGrad(g.detach().mul(factor));
            }
          });
    }
    GradFn node = GradientEdge.of(a.tensor(0)).function();
    if (s.word().equals("before")) {
      return node.registerPrehook(given -> {
        note(name, given);
        return changed(given, kind, factor);
      });
    }
    return node.registerHook((made, given) -> {
      note(name, given);
      return changed(made, kind, factor);
    });
  }

  private void note(String name, List<@Nullable Tensor> gradients) {
    for (int i = 0; i < gradients.size(); i++) {
      Tensor g = gradients.get(i);
      if (g != null) {
        events.add(Shown.number(name + "/" + i, g));
      }
    }
  }

  private static @Nullable List<@Nullable Tensor> changed(
      List<@Nullable Tensor> gradients, String kind, double factor) {
    if (kind.equals("none")) {
      return null;
    }
    List<@Nullable Tensor> out = new ArrayList<>();
    for (Tensor g : gradients) {
      boolean times = kind.equals("times");
      out.add(g == null || kind.equals("stop") ? null : times ? g.mul(factor) : g.add(factor));
    }
    return out;
  }

  private List<@Nullable Tensor> vectors(List<Tensor> roots, int[] seeds) {
    List<@Nullable Tensor> out = new ArrayList<>();
    for (int i = 0; i < seeds.length; i++) {
      out.add(seeds[i] < 0 ? null : Arguments.made(roots.get(i).shape(), seeds[i], device));
    }
    return out;
  }

  private static GradOption[] options(String letters) {
    List<GradOption> out = new ArrayList<>();
    for (char c : letters.substring(1).toCharArray()) {
      out.add(
          switch (c) {
            case 'r' -> GradOption.RETAIN_GRAPH;
            case 'c' -> GradOption.CREATE_GRAPH;
            case 'u' -> GradOption.ALLOW_UNUSED;
            case 'm' -> GradOption.MATERIALIZE_GRADS;
            default -> throw new IllegalArgumentException(letters);
          });
    }
    return out.toArray(GradOption[]::new);
  }

  private List<Shown> backward(Arguments a) {
    List<Tensor> roots = a.tensors(0);
    List<@Nullable Tensor> vectors = vectors(roots, a.ints(1));
    GradOption[] options = options(a.words().get(2));
    if (a.has(3)) {
      Autograd.backward(roots, vectors, a.tensors(3), options);
    } else {
      Autograd.backward(roots, vectors, options);
    }
    List<Shown> shown = new ArrayList<>(events);
    tensors.forEach((name, t) -> {
      Tensor g = t.grad();
      if (g != null) {
        shown.add(Shown.gradient(name, g));
      }
    });
    return shown.isEmpty() ? List.of(Shown.word("nothing")) : shown;
  }

  private List<Shown> grad(Statement s, Arguments a) {
    List<Tensor> roots = a.tensors(0);
    List<@Nullable Tensor> results =
        Autograd.grad(roots, a.tensors(2), vectors(roots, a.ints(1)), options(a.words().get(3)));
    List<Shown> shown = new ArrayList<>(events);
    gradients.addAll(s.results());
    for (int i = 0; i < results.size(); i++) {
      Tensor g = results.get(i);
      shown.add(g == null ? Shown.word("null") : shown(g).unnamed());
      if (g != null) {
        tensors.put(s.results().get(i), g);
      }
    }
    return shown;
  }
}
