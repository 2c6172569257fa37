/// What is told of a graph: call-sites, anomalies, reports.
package dev.adjoint.graph.trace;
