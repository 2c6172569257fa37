package dev.adjoint.backend.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps the process's signal handlers what they were before a driver came.
///
/// Drivers that contain LLVM put handlers of their own in the place of the JVM's, for a single signal:
/// the next one is the system's default. But the JVM lives with SIGSEGV (null checks, safepoints), so
/// two threads that meet it at once would end the process, and Ctrl-C would run no shutdown hook. LLVM
/// does this once and does not notice that its handlers are gone.
final class SignalHandlers {
  private static final int SIGNALS = 32;
  private static final int SIGKILL = 9;
  private static final int SIGSEGV = 11;

  /// More than any system's `struct sigaction`; what is in it need not be known.
  private static final long BYTES = 256;

  private static final long GLANCE_NANOS = 20_000;

  private static final @Nullable MethodHandle SIGACTION = sigaction();

  private final MemorySegment before = Arena.ofAuto().allocate(SIGNALS * BYTES, 16);
  private final MemorySegment now = Arena.ofAuto().allocate(BYTES, 16);

  private SignalHandlers() {
    for (int signal = 1; signal < SIGNALS; signal++) {
      read(signal, before(signal));
    }
  }

  /// Runs what may load a driver or its compiler. The JVM's SIGSEGV is put back as soon as it
  /// changes, the others afterwards. One call at a time: what it finds must not be another's driver's.
  static synchronized <T extends @Nullable Object> T keepDuring(Supplier<T> action) {
    if (SIGACTION == null) {
      return action.get();
    }
    SignalHandlers handlers = new SignalHandlers();
    AtomicBoolean over = new AtomicBoolean();
    Thread watch =
        Thread.ofPlatform()
            .daemon()
            .name("adjoint-signal-handlers")
            .start(() -> handlers.watch(over));
    try {
      return action.get();
    } finally {
      over.set(true);
      LockSupport.unpark(watch);
      handlers.join(watch);
      handlers.restore();
    }
  }

  /// Where the handler of a signal is; two answers are equal while it stays the same.
  static long handler(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(BYTES, 16);
      read(signal, action);
      return action.get(ADDRESS, 0).address();
    }
  }

  private void watch(AtomicBoolean over) {
    while (!over.get()) {
      restore(SIGSEGV);
      LockSupport.parkNanos(GLANCE_NANOS);
    }
  }

  private void join(Thread watch) {
    boolean interrupted = false;
    while (watch.isAlive()) {
      try {
        watch.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void restore() {
    for (int signal = 1; signal < SIGNALS; signal++) {
      restore(signal);
    }
  }

  private void restore(int signal) {
    read(signal, now);
    if (now.mismatch(before(signal)) >= 0 && signal != SIGKILL) {
      call(signal, before(signal), MemorySegment.NULL);
    }
  }

  private MemorySegment before(int signal) {
    return before.asSlice(signal * BYTES, BYTES);
  }

  private static void read(int signal, MemorySegment action) {
    call(signal, MemorySegment.NULL, action);
  }

  /// Signals that cannot be handled are refused, which changes nothing.
  private static void call(int signal, MemorySegment action, MemorySegment old) {
    MethodHandle sigaction = SIGACTION;
    if (sigaction == null) {
      return;
    }
    try {
      int ignored = (int) sigaction.invokeExact(signal, action, old);
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  /// Null where there are no such signals.
  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle sigaction() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("sigaction")
        .map(at ->
            linker.downcallHandle(at, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS)))
        .orElse(null);
  }
}
