package dev.adjoint.host;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.InPlace;
import dev.adjoint.graph.Promotion;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Scalars;
import dev.adjoint.memory.Storage;
import dev.adjoint.op.TernaryOp;
import dev.adjoint.op.UnaryOp;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import org.jspecify.annotations.Nullable;

/// Java numbers as operands: what becomes of them before an operation sees them.
public final class Numbers {
  /// No parameters.
  public static final Number[] NONE = {};

  private static final int LONGEST_POWER = 63;

  private Numbers() {}

  /// A number as a 0-d operand on a tensor's device, which yields to tensors in promotion.
  public static Tensor like(Tensor tensor, Number value) {
    return on(((EagerTensor) tensor).storage().device(), value);
  }

  static EagerTensor on(OpenDevice device, Number value) {
    DType type = value instanceof Double ? DType.FLOAT64 : Promotion.typeOf(value);
    return EagerTensor.number(Storage.constant(device, type, 1, Scalars.bits(value, type)));
  }

  /// A number that becomes elements of a type, which it must fit. As in PyTorch, a bool takes any, halves
  /// round to infinity, and negative ones wrap in uint8 from -255 on.
  public static Number fitting(Number value, DType type) {
    if (fits(value, type)) {
      return value;
    }
    throw new DTypeException(
        "value cannot be converted to type "
            + switch (type) {
              case UINT8, INT64 -> type + "_t";
              default -> type.cName();
            }
            + " without overflow. It is "
            + value
            + ", for a tensor of "
            + type
            + ".");
  }

  private static boolean fits(Number value, DType type) {
    double number = value.doubleValue();
    return switch (type) {
      case BOOL, FLOAT16, BFLOAT16, FLOAT64 -> true;
      case FLOAT32 -> !Double.isFinite(number) || Math.abs(number) <= Float.MAX_VALUE;
      case UINT8 -> number <= 255 && number >= (Scalars.isIntegral(value) ? -255 : 0);
      case INT32 -> number >= Integer.MIN_VALUE && number <= Integer.MAX_VALUE;
      case INT64 -> Math.abs(number) <= 0x1p63;
    };
  }

  /// [#fitting] of what an operation computes with in the tensor's own type.
  private static void requireFits(Tensor x, Number... numbers) {
    for (Number n : numbers) {
      if (x.dtype() != DType.BOOL && (x.dtype().isFloating() || Scalars.isIntegral(n))) {
        fitting(n, x.dtype());
      }
    }
  }

  /// The other choice beside a tensor, as a number.
  public static Tensor choice(Tensor condition, Tensor x, Number value) {
    requireFits(x, value);
    return like(condition, value);
  }

  /// Runs an operation on one tensor with numbers beside it.
  public static Tensor apply(UnaryOp op, Tensor x, Number... parameters) {
    return isIdentity(op, x) ? x.clone() : Dispatch.apply(op, bounds(op, x, parameters), x);
  }

  /// [#apply] in place.
  public static Tensor apply_(UnaryOp op, Tensor x, Number... parameters) {
    return isIdentity(op, x) ? x : InPlace.apply(op, bounds(op, x, parameters), x);
  }

  /// The bounds of a half are halves, so that what was clamped lies within them.
  private static Number[] bounds(UnaryOp op, Tensor x, Number[] parameters) {
    boolean clamps = op == UnaryOp.CLAMP || op == UnaryOp.CLAMP_MIN || op == UnaryOp.CLAMP_MAX;
    if (clamps) {
      requireFits(x, parameters);
    }
    if (!clamps || !x.dtype().isHalf()) {
      return parameters;
    }
    Number[] rounded = parameters.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Scalars.toDouble(Scalars.bits(parameters[i], x.dtype()), x.dtype());
    }
    return rounded;
  }

  private static boolean isIdentity(UnaryOp op, Tensor x) {
    return op.isIdentityOn(x.dtype());
  }

  public static Number negate(Number value) {
    return Scalars.isIntegral(value)
        ? (Number) (-value.longValue())
        : (Number) (-value.doubleValue());
  }

  /// Powers of a number, by the row that is exact for it.
  public static Tensor pow(Tensor x, Number exponent) {
    UnaryOp op = powerRow(x, exponent);
    if (op == null) {
      return Tensors.onesLike(x);
    }
    return op == UnaryOp.POW || op == UnaryOp.POW_INT
        ? Dispatch.apply(op, new Number[] {exponent}, x)
        : Dispatch.apply(op, x);
  }

  /// [#pow] in place.
  public static Tensor pow_(Tensor x, Number exponent) {
    UnaryOp op = powerRow(x, exponent);
    if (op == null || op == UnaryOp.POW_INT || op == UnaryOp.POW) {
      return InPlace.apply(op == null ? UnaryOp.POW : op, new Number[] {exponent}, x);
    }
    return InPlace.apply(op, NONE, x);
  }

  private static @Nullable UnaryOp powerRow(Tensor x, Number exponent) {
    double k = exponent.doubleValue();
    boolean integral = Scalars.isIntegral(exponent);
    if (!x.dtype().isFloating()) {
      requireFits(x, exponent);
    }
    if (!x.dtype().isFloating() && integral && k < 0) {
      throw new DTypeException(
          "Integers to negative integer powers are not allowed. Convert with to(DType.FLOAT32) first.");
    }
    if (k == 0 && !x.requiresGrad() && x.dtype().isFloating()) {
      return null;
    }
    boolean sameType = x.dtype().isFloating() || (integral && x.dtype() != DType.BOOL);
    if (Math.abs(k) == 0.5) {
      return k > 0 ? UnaryOp.SQUARE_ROOT : UnaryOp.INVERSE_ROOT;
    }
    if ((k == 2 || k == 3) && sameType) {
      return k == 2 ? UnaryOp.SQUARE : UnaryOp.CUBE;
    }
    boolean repeated = k == Math.rint(k) && Math.abs(k) <= LONGEST_POWER && x.dtype().isFloating();
    return repeated ? UnaryOp.POW_INT : UnaryOp.POW;
  }

  /// Fills under a mask; the result keeps the tensor's type, to which the value is converted, and is
  /// row-major, as in PyTorch.
  public static Tensor maskedFill(Tensor x, Tensor mask, Tensor value) {
    return Dispatch.applyInRowMajor(TernaryOp.MASKED_FILL, x, mask, filling(x, mask, value));
  }

  /// [#maskedFill] in place.
  public static Tensor maskedFill_(Tensor x, Tensor mask, Tensor value) {
    return InPlace.apply(TernaryOp.MASKED_FILL, NONE, x, mask, filling(x, mask, value));
  }

  private static Tensor filling(Tensor x, Tensor mask, Tensor value) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          "masked_fill_ only supports boolean masks, but got mask with dtype "
              + mask.dtype()
              + ". Compare first, for example mask.ne(0).");
    }
    if (value.dim() != 0) {
      throw new dev.adjoint.type.ShapeException(
          "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
              + value.dim()
              + " dimension(s).");
    }
    boolean higher = value.dtype().category().compareTo(x.dtype().category()) > 0;
    return higher ? value.to(x.dtype()) : value;
  }

  /// Replaces NaN by 0 and infinities by the greatest finite numbers of the tensor's type.
  public static Tensor nanToNum(Tensor x) {
    double most =
        switch (x.dtype()) {
          case FLOAT16 -> 65504;
          case BFLOAT16 -> 0x1.FEp127;
          case FLOAT32 -> Float.MAX_VALUE;
          default -> Double.MAX_VALUE;
        };
    return x.nanToNum(0.0, most, -most);
  }
}
