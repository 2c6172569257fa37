package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;

/// Arguments of products, checked, and brought to the ranks that the products of [Products] take.
public final class ProductArguments {
  private ProductArguments() {}

  private static String by(Tensor matrix) {
    return matrix.size(-2) + "x" + matrix.size(-1);
  }

  private static DTypeException types(String sentence) {
    return new DTypeException(sentence + ". Convert one with to(...).");
  }

  private static void requireNumbers(String op, Tensor t) {
    if (t.dtype() == DType.BOOL) {
      throw new DTypeException(
          "\"" + op + "\" not implemented for 'Bool'. Convert with to(DType.FLOAT32) first.");
    }
  }

  public static Tensor dot(Tensor a, Tensor b) {
    if (a.dim() != 1 || b.dim() != 1) {
      throw new ShapeException(
          "1D tensors expected, but got "
              + a.dim()
              + "D and "
              + b.dim()
              + "D tensors. Use matmul for other ranks.");
    }
    if (a.dtype() != b.dtype()) {
      throw types(
          "dot : expected both vectors to have same dtype, but found "
              + a.dtype().scalarType()
              + " and "
              + b.dtype().scalarType());
    }
    if (a.numel() != b.numel()) {
      throw new ShapeException(
          "inconsistent tensor size, expected tensor "
              + a.shape()
              + " and src "
              + b.shape()
              + " to have the same number of elements, but got "
              + a.numel()
              + " and "
              + b.numel()
              + " elements respectively");
    }
    requireNumbers("dot", a);
    return Dispatch.single(new Products.Dot(), a, b);
  }

  public static Tensor mv(Tensor a, Tensor b) {
    if (a.dim() != 2 || b.dim() != 1) {
      throw new ShapeException(
          "vector + matrix @ vector expected, got 1, "
              + a.dim()
              + ", "
              + b.dim()
              + ". Use matmul for other ranks.");
    }
    if (a.size(1) != b.size(0)) {
      throw new ShapeException(
          "size mismatch, got input ("
              + a.size(0)
              + "), mat ("
              + by(a)
              + "), vec ("
              + b.size(0)
              + "): the vector needs as many elements as the matrix has columns");
    }
    if (a.dtype() != b.dtype()) {
      String vector = b.dtype().scalarType();
      throw types(
          "addmv input tensors must have the same dtype, but got "
              + vector
              + ", "
              + a.dtype().scalarType()
              + ", and "
              + vector);
    }
    requireNumbers("addmv_impl_cpu", a);
    return Dispatch.single(new Products.Mv(), a, b);
  }

  public static Tensor mm(Tensor a, Tensor b) {
    requireMatrix("self", a);
    requireMatrix("mat2", b);
    requireInner(a, b);
    if (a.dtype() != b.dtype()) {
      throw types(
          "expected m1 and m2 to have the same dtype, but got: "
              + a.dtype().cName()
              + " != "
              + b.dtype().cName());
    }
    requireNumbers("addmm_impl_cpu_", a);
    return Dispatch.single(new Products.Mm(Products.isTransposed(b)), a, b);
  }

  private static void requireMatrix(String name, Tensor t) {
    if (t.dim() != 2) {
      throw new ShapeException(
          name + " must be a matrix, but has shape " + t.shape() + ". Use matmul for other ranks.");
    }
  }

  private static void requireInner(Tensor a, Tensor b) {
    if (a.size(1) != b.size(0)) {
      throw new ShapeException(
          "mat1 and mat2 shapes cannot be multiplied ("
              + by(a)
              + " and "
              + by(b)
              + "): the first needs as many columns as the second has rows");
    }
  }

  public static Tensor bmm(Tensor a, Tensor b) {
    requireBatch("batch1", a);
    requireBatch("batch2", b);
    if (a.size(0) != b.size(0) || a.size(2) != b.size(1)) {
      throw new ShapeException(
          "Expected size for first two dimensions of batch2 tensor to be: ["
              + a.size(0)
              + ", "
              + a.size(2)
              + "] but got: ["
              + b.size(0)
              + ", "
              + b.size(1)
              + "].");
    }
    if (a.dtype() != b.dtype()) {
      throw types(
          "expected scalar type "
              + a.dtype().scalarType()
              + " but found "
              + b.dtype().scalarType());
    }
    requireNumbers("bmm", a);
    return Dispatch.single(new Products.Bmm(), a, b);
  }

  private static void requireBatch(String name, Tensor t) {
    if (t.dim() != 3) {
      throw new ShapeException(
          name
              + " must be a 3D tensor, but has shape "
              + t.shape()
              + ". Use matmul for other ranks.");
    }
  }

  public static Tensor matmul(Tensor a, Tensor b) {
    int first = a.dim();
    int second = b.dim();
    if (first == 0 || second == 0) {
      throw new ShapeException(
          "both arguments to matmul need to be at least 1D, but they are "
              + first
              + "D and "
              + second
              + "D. Use mul for a scalar.");
    }
    if (first <= 2 && second == 1) {
      return first == 1 ? dot(a, b) : mv(a, b);
    }
    if (first == 2 && second == 2) {
      return mm(a, b);
    }
    return HandleScope.yielding(() -> second > 2 ? batched(a, b) : rowByRow(a, b));
  }

  /// A product with each row along the last dimension.
  private static Tensor rowByRow(Tensor a, Tensor b) {
    Tensor rows = matrixOfRows(a);
    Tensor product = b.dim() == 1 ? mv(rows, b) : mm(rows, b);
    return unfold(a, product, a.dim() == 1 ? "SqueezeBackward4" : "UnsafeViewBackward0");
  }

  /// All dimensions but the last as one.
  private static Tensor matrixOfRows(Tensor a) {
    long[] around = a.shape().around(a.dim() - 1);
    return a.reshape(around[0], around[1]);
  }

  /// The rows of a product back in the dimensions they came from.
  private static Tensor unfold(Tensor a, Tensor product, String node) {
    long[] sizes = Arrays.copyOf(a.shape().toArray(), a.dim() - 1 + product.dim() - 1);
    if (product.dim() == 2) {
      sizes[sizes.length - 1] = product.size(1);
    }
    return Dispatch.single(new Views.Resized(Shape.of(sizes), node), product);
  }

  private static Tensor batched(Tensor a, Tensor b) {
    Tensor left = a.dim() == 1 ? a.unsqueeze(0) : a;
    Shape batch = leading(left).broadcast(leading(b), "matmul");
    Tensor product = bmm(stretched(left, batch), stretched(b, batch));
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + (a.dim() == 1 ? 1 : 2));
    sizes[batch.rank()] = a.dim() == 1 ? b.size(-1) : a.size(-2);
    sizes[sizes.length - 1] = b.size(-1);
    return Dispatch.single(new Views.Resized(Shape.of(sizes), "UnsafeViewBackward0"), product);
  }

  private static Shape leading(Tensor t) {
    return Shape.of(Arrays.copyOf(t.shape().toArray(), t.dim() - 2));
  }

  /// Matrices repeated over a batch, whose dimensions become one.
  private static Tensor stretched(Tensor t, Shape batch) {
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = t.size(-2);
    sizes[batch.rank() + 1] = t.size(-1);
    Tensor wide = t.shape().equals(Shape.of(sizes)) ? t : t.expand(sizes);
    return batch.rank() == 1 ? wide : wide.reshape(batch.elements(), t.size(-2), t.size(-1));
  }

  /// x Wᵀ.
  public static Tensor linear(Tensor x, Tensor weight) {
    return HandleScope.yielding(() -> matmul(x, weight.t()));
  }

  /// x Wᵀ + bias.
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return HandleScope.yielding(() -> biased(x, weight, bias));
  }

  private static Tensor biased(Tensor x, Tensor weight, Tensor bias) {
    if (weight.dim() != 2 || x.dim() == 0) {
      return linear(x, weight).add(bias);
    }
    Tensor b = weight.t();
    Tensor a = x.dim() == 2 ? x : matrixOfRows(x);
    requireInner(a, b);
    if (a.dtype() != b.dtype() || bias.dtype() != a.dtype()) {
      throw types(
          "self and mat2 must have the same dtype, but got "
              + (a.dtype() == b.dtype() ? bias : a).dtype().scalarType()
              + " and "
              + b.dtype().scalarType());
    }
    requireNumbers("addmm_impl_cpu_", a);
    Tensor sum = Dispatch.single(new Products.Addmm(Products.isTransposed(b)), bias, a, b);
    return x.dim() == 2 ? sum : unfold(x, sum, "ViewBackward0");
  }
}
