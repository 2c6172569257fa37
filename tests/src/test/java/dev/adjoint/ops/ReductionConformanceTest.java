package dev.adjoint.ops;

import dev.adjoint.ops.cases.OpCases;

class ReductionConformanceTest extends Conformance {
  ReductionConformanceTest() {
    super(OpCases.REDUCTION);
  }
}
