package dev.adjoint.benchmarks.pytorch;

import dev.adjoint.benchmarks.Contender;
import dev.adjoint.benchmarks.Work;
import org.jspecify.annotations.Nullable;

/// PyTorch's C++ library, called through DJL in this process.
public final class DjlContender implements Contender {

  @Override
  public String name() {
    return "DJL";
  }

  @Override
  public String version() {
    return "PyTorch " + PyTorch.engine().getVersion() + " through DJL";
  }

  @Override
  public @Nullable Prepared prepare(Work work, int size) {
    if (size != work.size()) {
      return null;
    }
    return switch (work) {
      case SCALARS -> {
        ScalarBenchmark b = new ScalarBenchmark();
        b.setUp();
        yield Contender.inProcess(b::multiplications, b::tearDown);
      }
      case PRODUCTS -> {
        ScalarBenchmark b = new ScalarBenchmark();
        b.setUp();
        yield Contender.inProcess(b::products, b::tearDown);
      }
      case ADD, TANH, SUM, EXPRESSION -> elementwise(work);
      case MATMUL_1024 -> {
        MatrixBenchmark b = new MatrixBenchmark();
        b.setUp();
        yield Contender.inProcess(b::product, b::tearDown);
      }
      case TRAINING_STEP -> training(Work.NETWORK);
      default -> null;
    };
  }

  private static Prepared elementwise(Work work) {
    ElementwiseBenchmark b = new ElementwiseBenchmark();
    b.setUp();
    Step step =
        switch (work) {
          case ADD -> b::add;
          case TANH -> b::tanh;
          case SUM -> b::sum;
          default -> b::expression;
        };
    return Contender.inProcess(step, b::tearDown);
  }

  private static Prepared training(String network) {
    TrainingBenchmark b = TrainingBenchmark.of(network);
    return Contender.inProcess(b::step, b::tearDown);
  }

  @Override
  public void close() {}
}
