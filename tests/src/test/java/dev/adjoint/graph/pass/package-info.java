/// Tests of backward passes: where they go, and what is left when they fail.
@org.jspecify.annotations.NullUnmarked
package dev.adjoint.graph.pass;
