package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// From launches to kernels of one device. Whatever the launch, the same structure of work is the
/// same [KernelSource].
public final class Lowering {
  private static final int GROUPS_PER_UNIT = 32;

  private final Limits limits;
  private final ElementwiseLowering elementwise;
  private final FoldLowering folds;
  private final RangeFoldLowering foldsInRanges;
  private final CallLowering calls;
  private final StepLowering steps;

  /// For OpenCL, with the kernels that are tuned for CPUs if it is one.
  public Lowering(Limits limits) {
    this(limits, limits.ranges() ? "one_lane" : null);
  }

  /// For CUDA, with the kernels that are tuned for it.
  public static Lowering forCuda(Limits limits) {
    return new Lowering(limits, "cuda");
  }

  private Lowering(Limits limits, @Nullable String dialect) {
    this.limits = limits;
    this.elementwise = new ElementwiseLowering(limits);
    this.folds = new FoldLowering(limits);
    this.foldsInRanges = new RangeFoldLowering(limits);
    this.calls = new CallLowering(limits, dialect);
    this.steps = new StepLowering(elementwise, folds, limits.lanes(), StepLowering.CHUNK);
  }

  /// The kernels that do a launch's work when they run one after another.
  ///
  /// @param scratch memory of at least so many bytes, which the next launch may be given again
  public List<KernelLaunch> lower(Launch launch, LongFunction<Buffer> scratch) {
    return switch (launch) {
      case Launch.Elementwise e -> {
        check(e.op(), Text.types(e.program()));
        yield List.of(elementwise.lower(e));
      }
      case Launch.Fold f -> {
        check(f.op(), Text.types(f.program()));
        yield limits.ranges() ? foldsInRanges.lower(f, scratch) : folds.lower(f, scratch);
      }
      case Launch.Call c -> {
        check(c.op(), List.of(c.kernel().type()));
        yield List.of(calls.lower(c));
      }
    };
  }

  /// As [#lower], but with kernels of [#catalogue] alone, and the same results to the last bit: one
  /// for each instruction of a program, and some more where a launch has many dimensions.
  public List<KernelLaunch> lowerInSteps(Launch launch, LongFunction<Buffer> scratch) {
    return switch (launch) {
      case Launch.Elementwise e -> steps.lower(e, scratch);
      case Launch.Fold f -> steps.lower(f, scratch);
      case Launch.Call c -> lower(c, scratch);
    };
  }

  /// Kernels enough to do any work in steps, for a device that wants them compiled beforehand: those
  /// that compute with a type. A structured kernel which is not written for it is among them.
  public List<KernelSource> catalogue(DType type) {
    return new Catalogue(elementwise, folds, calls).of(type);
  }

  /// The words of the dialects and the rows of all types: any kernel made of rows may follow.
  public static String rowsOfAllTypes() {
    return KernelFiles.rows(List.of(DType.values()));
  }

  private void check(String op, Iterable<DType> types) {
    if (limits.float64()) {
      return;
    }
    for (DType type : types) {
      if (type == DType.FLOAT64) {
        throw new DeviceException(
            op
                + ": "
                + limits.device()
                + " does not compute in float64. Use to(DType.FLOAT32), or another device.");
      }
    }
  }

  /// The source that has a structured kernel, if any type has it; whether this type does, its
  /// compiler knows.
  public KernelSource source(Kernel kernel) {
    return calls.source(kernel);
  }

  /// Whether the library has a kernel of this name.
  public boolean has(Kernel kernel) {
    return KernelFiles.has(kernel.name());
  }

  /// Groups loop over what is left, so there need be no more than keep a device busy.
  static long mostGroups(Limits limits) {
    return (long) limits.units() * GROUPS_PER_UNIT;
  }
}
