/// Chunks, their sizes and who gets them.
package dev.adjoint.memory.pool;
