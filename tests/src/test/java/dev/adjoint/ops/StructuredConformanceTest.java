package dev.adjoint.ops;

import dev.adjoint.ops.cases.OpCases;

class StructuredConformanceTest extends Conformance {
  StructuredConformanceTest() {
    super(OpCases.STRUCTURED);
  }
}
