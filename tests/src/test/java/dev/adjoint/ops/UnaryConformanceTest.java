package dev.adjoint.ops;

import dev.adjoint.ops.cases.OpCases;

class UnaryConformanceTest extends Conformance {
  UnaryConformanceTest() {
    super(OpCases.UNARY);
  }
}
