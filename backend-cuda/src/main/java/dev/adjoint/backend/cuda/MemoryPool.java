package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The device's own pool, from which memory is taken and given back in the stream's order, so that
/// neither waits. JCuda cannot set its threshold, without which the pool would return what is free
/// to the system whenever somebody waits for a result.
final class MemoryPool {
  private static final int RELEASE_THRESHOLD = 4; // a CUmemPool_attribute
  private static final long KEEP_ALL = -1;

  private static final MethodHandle DEFAULT_POOL =
      Driver.function("cuDeviceGetDefaultMemPool", JAVA_LONG, JAVA_INT);
  private static final MethodHandle SET_ATTRIBUTE =
      Driver.function("cuMemPoolSetAttribute", JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle TRIM = Driver.function("cuMemPoolTrimTo", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle ALLOCATE =
      Driver.function("cuMemAllocFromPoolAsync", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FREE = Driver.function("cuMemFreeAsync", JAVA_LONG, JAVA_LONG);

  private final CudaContext context;
  private final long pool;

  /// Sets the pool up to keep what is given back; the context must be current.
  MemoryPool(CudaContext context) {
    this.context = context;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocate(JAVA_LONG);
      int status = (int) DEFAULT_POOL.invokeExact(word.address(), context.traits().index());
      check(status);
      this.pool = word.get(JAVA_LONG, 0);
      word.set(JAVA_LONG, 0, KEEP_ALL);
      check((int) SET_ATTRIBUTE.invokeExact(pool, RELEASE_THRESHOLD, word.address()));
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  /// Takes memory that may be used by what is queued from now on.
  ///
  /// @param address where the memory's address is written
  int allocate(long address, long bytes) {
    try {
      return (int) ALLOCATE.invokeExact(address, bytes, pool, context.stream());
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  /// Gives memory back once all that is queued so far is done.
  int free(long memory) {
    try {
      return (int) FREE.invokeExact(memory, context.stream());
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  /// Returns what is free to the system.
  int trim() {
    try {
      return (int) TRIM.invokeExact(pool, 0L);
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  private void check(int status) {
    CudaStatus.check(status, context.device(), () -> "setting the memory pool up");
  }
}
