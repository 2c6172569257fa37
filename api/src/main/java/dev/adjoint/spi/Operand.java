package dev.adjoint.spi;

/// Where an input or output of a launch lies: a buffer, an offset, and for programs the stride of
/// each dimension of the iteration space.
///
/// Strides count elements; 0 repeats an element, a negative one walks backwards. Only inputs may
/// have strides of 0. An output may be the very memory of an input only if it has the same offset
/// and strides.
public final class Operand {
  private final Buffer buffer;
  private final long offset;
  private final long[] strides;
  private final Object owner;

  /// @param offset in elements of the operand's type
  /// @param strides one per dimension of the iteration space, not copied; empty for kernel operands,
  ///     which are contiguous
  /// @param owner whose reachability keeps the memory from being given back
  public Operand(Buffer buffer, long offset, long[] strides, Object owner) {
    this.buffer = buffer;
    this.offset = offset;
    this.strides = strides;
    this.owner = owner;
  }

  /// As the other constructor, for memory that the caller keeps alive.
  public Operand(Buffer buffer, long offset, long[] strides) {
    this(buffer, offset, strides, buffer);
  }

  public Buffer buffer() {
    return buffer;
  }

  public long offset() {
    return offset;
  }

  /// The stride of one dimension of the iteration space.
  public long stride(int dim) {
    return strides[dim];
  }

  /// Whose reachability keeps the memory from being given back.
  public Object owner() {
    return owner;
  }
}
