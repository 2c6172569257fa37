package dev.adjoint.ops;

import dev.adjoint.ops.cases.OpCases;

class LayerConformanceTest extends Conformance {
  LayerConformanceTest() {
    super(OpCases.LAYER);
  }
}
