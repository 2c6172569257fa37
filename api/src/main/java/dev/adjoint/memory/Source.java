package dev.adjoint.memory;

/// What an argument of a row reads: a storage through a layout of the result's shape.
public record Source(Storage storage, Layout layout) {}
