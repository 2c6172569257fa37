package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.spi.ExecutableGraph;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.LongConsumer;

/// Work that the driver knows as a graph. It is captured from a stream of its own, so what other
/// threads queue meanwhile runs as ever and is no part of it.
final class CudaGraph implements ExecutableGraph {
  private static final int NON_BLOCKING = 1; // a CUstream_flags

  /// Captures whatever the libraries on the way may do, since nobody else uses the stream.
  private static final int RELAXED = 2; // a CUstreamCaptureMode

  private static final MethodHandle CREATE_STREAM =
      Driver.function("cuStreamCreate", JAVA_LONG, JAVA_INT);
  private static final MethodHandle DESTROY_STREAM =
      Driver.function("cuStreamDestroy_v2", JAVA_LONG);
  private static final MethodHandle BEGIN =
      Driver.function("cuStreamBeginCapture_v2", JAVA_LONG, JAVA_INT);
  private static final MethodHandle END =
      Driver.function("cuStreamEndCapture", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle INSTANTIATE =
      Driver.function("cuGraphInstantiateWithFlags", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle DESTROY_GRAPH = Driver.function("cuGraphDestroy", JAVA_LONG);
  private static final MethodHandle LAUNCH = Driver.function("cuGraphLaunch", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle DESTROY = Driver.function("cuGraphExecDestroy", JAVA_LONG);

  private final CudaContext context;
  private final String doing;
  private final long executable;
  private final Runnable afterwards;

  private CudaGraph(CudaContext context, String doing, long executable, Runnable afterwards) {
    this.context = context;
    this.doing = doing;
    this.executable = executable;
    this.afterwards = afterwards;
  }

  /// A graph of what is queued on a stream.
  ///
  /// @param launches how many there are, for messages
  /// @param queue queues them on the stream that it is given; all kernels are loaded
  /// @param afterwards called when the graph is closed
  static CudaGraph capture(
      CudaContext context, int launches, LongConsumer queue, Runnable afterwards) {
    String what = "a graph of " + launches + " launches";
    context.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocate(JAVA_LONG);
      check(context, (int) CREATE_STREAM.invokeExact(word.address(), NON_BLOCKING), what);
      long stream = word.get(JAVA_LONG, 0);
      try {
        long graph = record(context, stream, queue, word, what);
        int made = (int) INSTANTIATE.invokeExact(word.address(), graph, 0L);
        int ignored = (int) DESTROY_GRAPH.invokeExact(graph);
        check(context, made, what);
        return new CudaGraph(context, "replaying " + what, word.get(JAVA_LONG, 0), afterwards);
      } finally {
        int ignored = (int) DESTROY_STREAM.invokeExact(stream);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  /// A capture ends whatever happens in it, and one that failed leaves no graph.
  private static long record(
      CudaContext context, long stream, LongConsumer queue, MemorySegment word, String what)
      throws Throwable {
    check(context, (int) BEGIN.invokeExact(stream, RELAXED), what);
    boolean queued = false;
    int ended;
    word.set(JAVA_LONG, 0, 0);
    try {
      queue.accept(stream);
      queued = true;
    } finally {
      context.makeCurrent();
      ended = (int) END.invokeExact(stream, word.address());
      long graph = word.get(JAVA_LONG, 0);
      if ((!queued || ended != CudaStatus.SUCCESS) && graph != 0) {
        int ignored = (int) DESTROY_GRAPH.invokeExact(graph);
      }
    }
    check(context, ended, what);
    return word.get(JAVA_LONG, 0);
  }

  private static void check(CudaContext context, int status, String what) {
    CudaStatus.check(status, context.device(), () -> "capturing " + what);
  }

  @Override
  public void launch() {
    context.makeCurrent();
    try {
      int status = (int) LAUNCH.invokeExact(executable, context.stream());
      CudaStatus.check(status, context.device(), () -> doing);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
  }

  /// The driver lets a graph that is still running finish.
  @Override
  public void close() {
    context.makeCurrent();
    try {
      int ignored = (int) DESTROY.invokeExact(executable);
    } catch (Throwable e) {
      throw Driver.unexpected(e);
    }
    afterwards.run();
  }
}
