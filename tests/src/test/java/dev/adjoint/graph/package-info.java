/// The graph's rules: what is tracked, what is saved, where gradients go, what views and writes do to
/// them, and what is launched for it.
package dev.adjoint.graph;
