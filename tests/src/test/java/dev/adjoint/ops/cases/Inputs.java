package dev.adjoint.ops.cases;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;

/// What a row's call gets: the case's tensors and its other arguments.
public record Inputs(List<Tensor> tensors, Args args) {

  public Tensor x() {
    return tensors.get(0);
  }

  public Tensor y() {
    return tensors.get(1);
  }

  public Tensor z() {
    return tensors.get(2);
  }

  public Tensor last() {
    return tensors.getLast();
  }

  public Number number(String key) {
    return args.number(key);
  }

  public Number n() {
    return args.number("n");
  }

  public int integer(String key) {
    return args.integer(key);
  }

  public int dim() {
    return args.integer("dim");
  }

  public int[] dims() {
    return args.ints("dims");
  }

  public long[] longs(String key) {
    return args.longs(key);
  }

  public boolean flag(String key) {
    return args.flag(key);
  }

  public boolean keepdim() {
    return args.flag("keepdim");
  }

  public DType type(String key) {
    return args.type(key);
  }

  /// The same arguments with another first tensor.
  public Inputs startingWith(Tensor first) {
    List<Tensor> other = new ArrayList<>(tensors);
    other.set(0, first);
    return new Inputs(other, args);
  }
}
