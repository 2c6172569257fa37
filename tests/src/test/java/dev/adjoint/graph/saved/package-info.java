/// What nodes save, as the user sees and changes it.
package dev.adjoint.graph.saved;
