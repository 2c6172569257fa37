package dev.adjoint.spi;

/// A [Backend] that compiles nothing: a program of a new structure starts as soon as a known one.
public interface Interpreter {}
