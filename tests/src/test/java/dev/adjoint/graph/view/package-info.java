/// Views and writes through them, versions of their parts, and inference mode.
package dev.adjoint.graph.view;
