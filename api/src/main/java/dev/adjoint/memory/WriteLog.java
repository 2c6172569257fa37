package dev.adjoint.memory;

import dev.adjoint.memory.layout.Layout;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Which parts of a storage were overwritten while somebody had saved another part, so that a write
/// beside what was saved is known to be harmless.
///
/// The latest writes are kept one by one; of earlier ones it is only known that there were some.
final class WriteLog {
  private static final int MOST = 4096;

  private record Write(int version, Layout region, String writer) {}

  private final Deque<Write> writes = new ArrayDeque<>();
  private int complete; // the version from which on all writes are here
  private String earlier;

  /// @param version of the storage before the first write of the log
  /// @param writer who wrote last until then
  WriteLog(int version, String writer) {
    this.complete = version;
    this.earlier = writer;
  }

  synchronized void add(int version, Layout region, String writer) {
    if (writes.size() == MOST) {
      Write oldest = writes.removeFirst();
      complete = Math.max(complete, oldest.version);
      earlier = oldest.writer;
    }
    writes.addLast(new Write(version, region, writer));
  }

  /// Who overwrote some of these places first after a version; null when nobody did.
  synchronized @Nullable String overwrittenBy(int since, Layout places) {
    if (since < complete) {
      return earlier;
    }
    for (Write w : writes) {
      if (w.version > since && w.region.mayOverlap(places)) {
        return w.writer;
      }
    }
    return null;
  }
}
