package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Rewrites a launch over operands that lie in different orders, such as a transposing copy.
///
/// First the space is walked as the output lies. If an operand then still moves faster along
/// another dimension than along the last, each of its cache lines would be fetched once per
/// element; so both dimensions are cut into blocks whose lines all stay in the cache. What is left
/// at the edges becomes launches of its own.
final class Blocking {
  /// Elements along each side of a block; a block is one tile of the interpreter.
  private static final int SIDE = 32;

  /// Below this everything is in the cache anyway.
  private static final long SMALL = 1 << 13;

  private Blocking() {}

  /// Whether memory is far from the order of the space for some operand.
  static boolean pays(Launch.Elementwise launch, long elements) {
    if (elements < SMALL || launch.shape().length < 2) {
      return false;
    }
    for (Operand operand : launch.operands()) {
      long previous = Long.MAX_VALUE;
      for (int d = 0; d < launch.shape().length; d++) {
        long distance = Math.abs(operand.stride(d));
        if (distance > previous) {
          return true;
        }
        previous = distance == 0 || launch.shape()[d] == 1 ? previous : distance;
      }
    }
    return false;
  }

  /// Launches that together do the same, in any order.
  static List<Launch.Elementwise> split(Launch.Elementwise launch) {
    Operand[] operands = launch.operands();
    List<Dim> dims = Dim.of(launch.shape(), 0, launch.shape().length, operands, operands.length);
    Dim.sortFarFirst(dims, operands.length - 1);
    Dim.join(dims, operands.length);
    int crossing = crossing(dims, operands.length);
    if (crossing < 0) {
      return List.of(walk(launch, dims, Collections.emptyList()));
    }
    Dim near = dims.removeLast();
    Dim far = dims.remove(crossing);
    return blocks(launch, dims, far, near);
  }

  /// The dimension along which some operand moves the least, where that is not the last; else -1.
  private static int crossing(List<Dim> dims, int operands) {
    int crossing = -1;
    long least = Long.MAX_VALUE;
    for (int d = 0; d < dims.size() - 1; d++) {
      for (int o = 0; o < operands; o++) {
        long distance = dims.get(d).distance(o);
        boolean nearer = distance != 0 && distance < dims.getLast().distance(o);
        if (nearer && distance < least && dims.get(d).size() >= SIDE / 4) {
          least = distance;
          crossing = d;
        }
      }
    }
    return dims.isEmpty() || dims.getLast().size() < SIDE / 4 ? -1 : crossing;
  }

  private static List<Launch.Elementwise> blocks(
      Launch.Elementwise launch, List<Dim> others, Dim far, Dim near) {
    long farBlocks = far.size() / SIDE;
    long nearBlocks = near.size() / SIDE;
    long farRest = far.size() % SIDE;
    long nearRest = near.size() % SIDE;
    Dim farWhole = far.part(farBlocks * SIDE, 1);
    List<Launch.Elementwise> launches = new ArrayList<>();
    if (farBlocks > 0 && nearBlocks > 0) {
      Dim[] block = {
        far.part(farBlocks, SIDE),
        near.part(nearBlocks, SIDE),
        far.part(SIDE, 1),
        near.part(SIDE, 1)
      };
      launches.add(walk(launch, with(others, block), List.of()));
    }
    if (farRest > 0) {
      Dim start = far.part(1, farBlocks * SIDE);
      launches.add(walk(launch, with(others, near, far.part(farRest, 1)), List.of(start)));
    }
    if (nearRest > 0 && farBlocks > 0) {
      Dim start = near.part(1, nearBlocks * SIDE);
      launches.add(walk(launch, with(others, farWhole, near.part(nearRest, 1)), List.of(start)));
    }
    return launches;
  }

  private static List<Dim> with(List<Dim> others, Dim... last) {
    List<Dim> dims = new ArrayList<>(others);
    Collections.addAll(dims, last);
    return dims;
  }

  /// The launch over these dimensions, with each operand starting one step of `starts` further.
  private static Launch.Elementwise walk(
      Launch.Elementwise launch, List<Dim> dims, List<Dim> starts) {
    Operand[] operands = new Operand[launch.operands().length];
    for (int o = 0; o < operands.length; o++) {
      Operand operand = launch.operands()[o];
      long offset = operand.offset();
      for (Dim start : starts) {
        offset += start.strides()[o];
      }
      operands[o] = new Operand(operand.buffer(), offset, Dim.strides(dims, o));
    }
    return new Launch.Elementwise(
        launch.op(), launch.program(), Dim.sizes(dims), operands, launch.scalars());
  }
}
