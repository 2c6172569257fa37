package dev.adjoint.graph.saved;

import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// Who saved parts of one storage that are to stay as they are: before a write each whose part it touches
/// gets a copy.
public final class CopiesOnWrite implements Consumer<Layout> {

  /// Somebody who saved a part.
  public interface Saver {
    /// Which elements.
    Layout part();

    /// Takes a copy of the part in the place of the storage.
    void moveTo(EagerTensor copy);
  }

  private final Storage storage;
  private final List<Saver> savers = new ArrayList<>();

  private CopiesOnWrite(Storage storage) {
    this.storage = storage;
  }

  /// Adds somebody whose part must stay as it is from now on.
  public static void add(Storage storage, Saver saver) {
    synchronized (storage) {
      CopiesOnWrite all;
      if (storage.beforeWrite() instanceof CopiesOnWrite known) {
        all = known;
      } else {
        all = new CopiesOnWrite(storage);
        storage.beforeWrite(all);
      }
      all.savers.add(saver);
    }
  }

  /// Ends a claim of [#add], if it has not ended with a copy.
  public static void remove(Storage storage, Saver saver) {
    synchronized (storage) {
      if (storage.beforeWrite() instanceof CopiesOnWrite known
          && known.savers.remove(saver)
          && known.savers.isEmpty()) {
        storage.beforeWrite(null);
      }
    }
  }

  /// Copies what a write will touch.
  @Override
  public void accept(Layout region) {
    synchronized (storage) {
      List<EagerTensor> copies = new ArrayList<>();
      try {
        for (Iterator<Saver> i = savers.iterator(); i.hasNext(); ) {
          Saver saver = i.next();
          if (saver.part().mayOverlap(region)) {
            saver.moveTo(copy(saver.part(), copies));
            i.remove();
          }
        }
      } finally {
        copies.forEach(EagerTensor::close);
      }
      if (savers.isEmpty()) {
        storage.beforeWrite(null);
      }
    }
  }

  /// A copy of a part; one is enough for all that saved the same part.
  private EagerTensor copy(Layout part, List<EagerTensor> copies) {
    for (int i = 0; i < copies.size(); i += 2) {
      Layout known = copies.get(i).layout();
      if (known.shape().equals(part.shape()) && known.sameAs(part)) {
        return copies.get(i + 1);
      }
    }
    EagerTensor old = EagerTensor.alias(storage, part, false);
    copies.add(old);
    HandleScope.free(old);
    EagerTensor copy =
        (EagerTensor)
            AnomalyCheck.unwatched(
                () -> HandleScope.yielding(() -> GradMode.with(false, old::clone)));
    HandleScope.free(copy);
    copies.add(copy);
    return copy;
  }
}
