/// Graphs whose tensors live on several devices.
package dev.adjoint.graph.device;
