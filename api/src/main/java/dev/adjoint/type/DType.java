package dev.adjoint.type;

/// Element types, in PyTorch's order of promotion: a type gives way to any that follows it, and a
/// category (bool, integral, floating) to any that follows it. float16 and bfloat16 hold what the other
/// does not, so together they give way to float32.
public enum DType {
  BOOL("bool", "torch.BoolTensor", "u1", 1, Category.BOOL),
  UINT8("uint8", "torch.ByteTensor", "u8", 1, Category.INTEGRAL),
  INT32("int32", "torch.IntTensor", "i32", 4, Category.INTEGRAL),
  INT64("int64", "torch.LongTensor", "i64", 8, Category.INTEGRAL),
  FLOAT16("float16", "torch.HalfTensor", "f16", 2, Category.FLOATING),
  BFLOAT16("bfloat16", "torch.BFloat16Tensor", "bf16", 2, Category.FLOATING),
  FLOAT32("float32", "torch.FloatTensor", "f32", 4, Category.FLOATING),
  FLOAT64("float64", "torch.DoubleTensor", "f64", 8, Category.FLOATING);

  /// Ranks types so that a number of a higher category raises the result, whatever its width.
  public enum Category {
    BOOL,
    INTEGRAL,
    FLOATING
  }

  private static final long MOST = 1L << 58;

  private final String label;
  private final String tensorType;
  private final String suffix;
  private final int bytes;
  private final Category category;

  DType(String label, String tensorType, String suffix, int bytes, Category category) {
    this.label = label;
    this.tensorType = tensorType;
    this.suffix = suffix;
    this.bytes = bytes;
    this.category = category;
  }

  /// The name PyTorch's messages use inside a sentence: `Float`, `Long`.
  public String scalarType() {
    String name = tensorType.substring("torch.".length());
    return name.substring(0, name.length() - "Tensor".length());
  }

  /// The C++ type that some of PyTorch's messages name instead.
  public String cName() {
    return switch (this) {
      case BOOL -> "bool";
      case UINT8 -> "unsigned char";
      case INT32 -> "int";
      case INT64 -> "long";
      case FLOAT16 -> "c10::Half";
      case BFLOAT16 -> "c10::BFloat16";
      case FLOAT32 -> "float";
      case FLOAT64 -> "double";
    };
  }

  /// The same number, unless the bytes of so many elements could not be counted and rounded up.
  ///
  /// @throws ShapeException where they could not
  public long countable(long elements) {
    if (elements > MOST) {
      throw new ShapeException(
          "Storage size calculation overflowed: " + elements + " elements of " + label + ".");
    }
    return elements;
  }

  /// The legacy class name that PyTorch's version error shows: `torch.FloatTensor`.
  public String tensorType() {
    return tensorType;
  }

  /// The ending of kernel symbols for this type: `f32`, `i64`.
  public String suffix() {
    return suffix;
  }

  /// Bytes of one element; a bool takes one byte that holds 0 or 1.
  public int bytes() {
    return bytes;
  }

  public Category category() {
    return category;
  }

  public boolean isFloating() {
    return category == Category.FLOATING;
  }

  /// Whether elements are stored in 16 bits and computed with in float32.
  public boolean isHalf() {
    return this == FLOAT16 || this == BFLOAT16;
  }

  /// The type that kernels compute in: float32 for halves, else the type itself.
  public DType arithmetic() {
    return isHalf() ? FLOAT32 : this;
  }

  /// Whether one cast leads to a type; a half's other casts go by way of float32.
  public boolean castsTo(DType to) {
    return isHalf() ? to == FLOAT32 : this == FLOAT32 || !to.isHalf();
  }

  /// The type both operands are converted to when each is a tensor with dimensions.
  public DType promote(DType other) {
    if (this != other && isHalf() && other.isHalf()) {
      return FLOAT32;
    }
    return ordinal() >= other.ordinal() ? this : other;
  }

  /// `float32`, as PyTorch prints it after `torch.`.
  @Override
  public String toString() {
    return label;
  }
}
