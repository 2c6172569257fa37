/// Programs made up at random, run here and in PyTorch: what each statement shows must be the same.
package dev.adjoint.random;
