package dev.adjoint.ops;

import dev.adjoint.ops.cases.OpCases;

class TernaryConformanceTest extends Conformance {
  TernaryConformanceTest() {
    super(OpCases.TERNARY);
  }
}
