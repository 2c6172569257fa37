package dev.adjoint.memory.history;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.stream.Stream;

/// An operation, and the line of the user's that called it.
///
/// @param op the method called, such as `matmul`; in a walk back the node's name
/// @param place as a stack trace would show it; empty where there is no such line
public record CallSite(String op, String place) {

  /// That of memory which was asked for while no history was recorded.
  public static final CallSite UNRECORDED = new CallSite("not recorded", "");

  /// That of the slabs that tiny storages share.
  public static final CallSite SLAB = new CallSite("slabs of tiny tensors", "");

  /// That of memory which a captured step keeps for its next replay.
  public static final CallSite CAPTURED = new CallSite("kept by captured steps", "");

  /// The call under way on this thread.
  public static CallSite here() {
    CallSite called = UserFrames.walk(CallSite::of);
    return AllocationHistory.NODE.isBound()
        ? new CallSite(AllocationHistory.NODE.get(), called.place)
        : called;
  }

  /// The outermost method on tensors that led here, after the method the user called if that is
  /// another, such as a module's: `Sequential.forward: conv2d`.
  private static CallSite of(Stream<StackFrame> frames) {
    String op = "";
    String called = "";
    for (Iterator<StackFrame> all = frames.iterator(); all.hasNext(); ) {
      StackFrame f = all.next();
      if (!UserFrames.isInternal(f)) {
        return new CallSite(named(called, op), UserFrames.describe(f));
      }
      boolean facade = UserFrames.isFacade(f);
      op = facade ? f.getMethodName() : op;
      called = facade ? "" : f.getDeclaringClass().getSimpleName() + "." + f.getMethodName();
    }
    return new CallSite(named(called, op), "");
  }

  private static String named(String called, String op) {
    return called.isEmpty() ? op : op.isEmpty() ? called : called + ": " + op;
  }

  @Override
  public String toString() {
    return place.isEmpty() ? op : op + " at " + place;
  }
}
