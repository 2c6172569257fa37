package dev.adjoint.ops;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;

/// What a row's call gets: the case's tensors and its other arguments.
record Inputs(List<Tensor> tensors, Args args) {

  Tensor x() {
    return tensors.get(0);
  }

  Tensor y() {
    return tensors.get(1);
  }

  Tensor z() {
    return tensors.get(2);
  }

  Tensor last() {
    return tensors.getLast();
  }

  Number number(String key) {
    return args.number(key);
  }

  Number n() {
    return args.number("n");
  }

  int integer(String key) {
    return args.integer(key);
  }

  int dim() {
    return args.integer("dim");
  }

  int[] dims() {
    return args.ints("dims");
  }

  long[] longs(String key) {
    return args.longs(key);
  }

  boolean flag(String key) {
    return args.flag(key);
  }

  boolean keepdim() {
    return args.flag("keepdim");
  }

  DType type(String key) {
    return args.type(key);
  }

  /// The same arguments with another first tensor.
  Inputs startingWith(Tensor first) {
    List<Tensor> other = new ArrayList<>(tensors);
    other.set(0, first);
    return new Inputs(other, args);
  }
}
