package dev.adjoint.benchmarks;

/// Adjoint on the CPU, in this process.
final class AdjointContender implements Contender {

  @Override
  public String name() {
    return "Adjoint";
  }

  @Override
  public String version() {
    return "on Java " + Runtime.version();
  }

  @Override
  public Prepared prepare(Work work) {
    return switch (work) {
      case SCALARS -> {
        ScalarBenchmark b = new ScalarBenchmark();
        yield Contender.inProcess(b::multiplications, () -> {});
      }
      case PRODUCTS -> {
        ScalarBenchmark b = new ScalarBenchmark();
        yield Contender.inProcess(b::products, () -> {});
      }
      case ADD, TANH, SUM, EXPRESSION -> elementwise(work, new ElementwiseBenchmark());
      case MATMUL -> {
        MatrixBenchmark b = new MatrixBenchmark();
        yield Contender.inProcess(b::product, b::close);
      }
      case TRAINING -> training(Work.NETWORK);
      case SMALL_TRAINING -> training(Work.SMALL_NETWORK);
    };
  }

  private static Prepared elementwise(Work work, ElementwiseBenchmark b) {
    Step step =
        switch (work) {
          case ADD -> b::add;
          case TANH -> b::tanh;
          case SUM -> b::sum;
          default -> b::expression;
        };
    return Contender.inProcess(step, b::close);
  }

  private static Prepared training(String network) {
    return Contender.inProcess(TrainingBenchmark.of(network)::step, () -> {});
  }

  @Override
  public void close() {}
}
