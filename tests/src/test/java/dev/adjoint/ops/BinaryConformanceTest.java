package dev.adjoint.ops;

import dev.adjoint.ops.cases.OpCases;

class BinaryConformanceTest extends Conformance {
  BinaryConformanceTest() {
    super(OpCases.BINARY);
  }
}
