package dev.adjoint;

import dev.adjoint.op.ProductArguments;

/// Products of vectors and matrices, of floating numbers or integers.
///
/// A [dev.adjoint.type.ShapeException] says that ranks or sizes do not fit, a
/// [dev.adjoint.type.DTypeException] that the types differ, or are bool.
public sealed interface MatrixOps permits Tensor {

  /// Σ xᵢ yᵢ of two vectors of equal size; 0 of nothing.
  default Tensor dot(Tensor other) {
    return ProductArguments.dot((Tensor) this, other);
  }

  /// A matrix of shape `[m, k]` times a vector of shape `[k]`.
  default Tensor mv(Tensor vector) {
    return ProductArguments.mv((Tensor) this, vector);
  }

  /// A matrix [m, k] times a matrix [k, n]; zeros where k is 0.
  default Tensor mm(Tensor other) {
    return ProductArguments.mm((Tensor) this, other);
  }

  /// Matrices [b, m, k] times matrices [b, k, n], pair by pair.
  default Tensor bmm(Tensor other) {
    return ProductArguments.bmm((Tensor) this, other);
  }

  /// The product that the ranks ask for: of vectors [#dot], of a matrix and a vector [#mv], of matrices
  /// [#mm]; with more dimensions, of the matrices in the last two, the others stretching to each other.
  default Tensor matmul(Tensor other) {
    return ProductArguments.matmul((Tensor) this, other);
  }

  /// x Wᵀ for a weight [out, in] over the last dimension of x.
  default Tensor linear(Tensor weight) {
    return ProductArguments.linear((Tensor) this, weight);
  }

  /// x Wᵀ + bias, in one kernel and one node.
  default Tensor linear(Tensor weight, Tensor bias) {
    return ProductArguments.linear((Tensor) this, weight, bias);
  }
}
