/// Captured steps: what their replays compute, keep and refuse.
package dev.adjoint.capture;
