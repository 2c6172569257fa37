/// Tests of what users have done while gradients pass.
@org.jspecify.annotations.NullUnmarked
package dev.adjoint.graph.hook;
