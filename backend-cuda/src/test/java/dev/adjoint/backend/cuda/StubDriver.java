package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// What tests tell the driver of `src/test/c`, and what it tells them. There is one per process.
final class StubDriver {
  private static final int VERSION = 0;
  private static final int DEVICES = 1;
  private static final int POOLS = 2;
  private static final int CAPACITY = 3;

  private static final MethodHandle FAIL =
      Driver.function("stub_fail", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle RESET = Driver.function("stub_reset");
  private static final MethodHandle SET = Driver.function("stub_set", JAVA_INT, JAVA_LONG);
  private static final MethodHandle RETAINED = Driver.function("stub_retained", JAVA_INT);
  private static final MethodHandle LOG = address("stub_log", FunctionDescriptor.of(JAVA_LONG));
  private static final MethodHandle TAKEN =
      address("stub_taken", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

  private StubDriver() {}

  @SuppressWarnings("restricted")
  private static MethodHandle address(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(Driver.LIBRARY.find(name).orElseThrow(), type);
  }

  /// Two sound devices of 1 GiB, with memory pools, and an empty log.
  static void reset() {
    call(() -> (int) RESET.invokeExact());
  }

  /// Has the next calls of a function fail.
  static void fail(String function, int status, int calls) {
    try (Arena arena = Arena.ofConfined()) {
      call(() -> (int) FAIL.invokeExact(arena.allocateFrom(function), status, calls));
    }
  }

  static void version(int version) {
    call(() -> (int) SET.invokeExact(VERSION, (long) version));
  }

  static void devices(int count) {
    call(() -> (int) SET.invokeExact(DEVICES, (long) count));
  }

  static void pools(boolean there) {
    call(() -> (int) SET.invokeExact(POOLS, there ? 1L : 0L));
  }

  static void capacity(long bytes) {
    call(() -> (int) SET.invokeExact(CAPACITY, bytes));
  }

  /// How many backends hold the primary context of a device.
  static int retained(int device) {
    return call(() -> (int) RETAINED.invokeExact(device));
  }

  /// Bytes that are taken from a device.
  static long taken(int device) {
    return call(() -> (long) TAKEN.invokeExact(device));
  }

  /// What happened since the reset, one line each.
  @SuppressWarnings("restricted")
  static List<String> log() {
    long at = call(() -> (long) LOG.invokeExact());
    return MemorySegment.ofAddress(at).reinterpret(1 << 20).getString(0).lines().toList();
  }

  private interface Call<T> {
    T run() throws Throwable;
  }

  private static <T> T call(Call<T> call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }
}
