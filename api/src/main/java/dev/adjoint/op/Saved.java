package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.BitSet;

/// What a formula may read of its forward operation; the only way to it, and it compares versions.
public interface Saved {

  /// A saved input, unchanged since.
  ///
  /// @throws dev.adjoint.type.GraphException when it was written or freed since
  Tensor input(int index);

  /// The saved first result.
  default Tensor output() {
    return output(0);
  }

  /// A saved result.
  Tensor output(int index);

  /// A number the operation was called with.
  Number parameter(int index);

  /// The shape an input had.
  Shape shape(int index);

  /// The type an input had.
  DType type(int index);

  /// Whether an input's gradient is asked for.
  boolean needs(int index);

  /// As some other, in a pass that asks for fewer gradients.
  ///
  /// @param wanted which inputs' gradients the pass asks for
  record ForSome(Saved all, BitSet wanted) implements Saved {
    @Override
    public Tensor input(int index) {
      return all.input(index);
    }

    @Override
    public Tensor output(int index) {
      return all.output(index);
    }

    @Override
    public Number parameter(int index) {
      return all.parameter(index);
    }

    @Override
    public Shape shape(int index) {
      return all.shape(index);
    }

    @Override
    public DType type(int index) {
      return all.type(index);
    }

    @Override
    public boolean needs(int index) {
      return wanted.get(index) && all.needs(index);
    }
  }
}
