package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.backend.cpu.code.Places;
import dev.adjoint.backend.cpu.code.RowCalls;
import dev.adjoint.backend.cpu.code.RowCalls.RowCall;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A program as the tile interpreter reads it: `struct program` of `native-kernels/cpu/launch.h`,
/// with rows resolved to addresses and values to places.
///
/// Programs are interned and live as long as the process, and so do their encodings.
final class EncodedProgram {
  /// Elements of a tile: enough to hide a row's call and its first results' delay.
  private static final int TILE = 1024;

  private static final int SHORT_TILE = 256;
  private static final int MIN_TILE = 64;

  /// What a tile's values may take of the first-level cache, down to a short tile, and of the second's.
  private static final long FIRST_CACHE = 40 << 10;

  private static final long SECOND_CACHE = 192 << 10;
  private static final int MAX_PLACES = 160;
  private static final int MAX_OPERANDS = 64;
  private static final int HEADER = 10;
  private static final int INSTRUCTION = 6;
  private static final int STORE = 3;
  private static final long INDEX_PLACE = -1;

  /// Rows that take about as long as `LONG_ROW` additions.
  private static final Set<String> LONG_ROWS =
      Set.of(
          ("exp expm1 log log1p log2 sin cos tan sinh cosh tanh sigmoid silu log_sigmoid erf gelu"
                  + " gelu_slope gelu_tanh pow atan2 elu softplus remainder floor_div")
              .split(" "));

  private static final int LONG_ROW = 8;

  private static final ConcurrentHashMap<Program, EncodedProgram> KNOWN = new ConcurrentHashMap<>();

  private final long address;
  private final int[] bytes;
  private final int tile;
  private final int cost;
  private final boolean countsElements;
  private final long[] reducers = new long[Reducer.values().length];

  private EncodedProgram(Program program) {
    List<RowCall> calls = RowCalls.of(program);
    Places places = new Places(program, calls);
    checkSize(program, places);
    int width = width(program);
    this.bytes = bytes(program);
    this.tile = tile(places.count(), width);
    this.cost = cost(program);
    this.countsElements =
        program.instructions().stream().anyMatch(step -> step.row().family() == Row.Family.NULLARY);
    this.address = encode(program, calls, places, width);
  }

  static EncodedProgram of(Program program) {
    EncodedProgram known = KNOWN.get(program);
    return known != null ? known : KNOWN.computeIfAbsent(program, EncodedProgram::new);
  }

  long address() {
    return address;
  }

  int operands() {
    return bytes.length;
  }

  /// The size of an element of an operand: the inputs, then the outputs.
  int bytes(int operand) {
    return bytes[operand];
  }

  /// Elements that are evaluated at a time.
  int tile() {
    return tile;
  }

  /// Roughly how many passes over an element the program makes.
  int cost() {
    return cost;
  }

  /// Whether an element's place in the space is part of its value.
  boolean countsElements() {
    return countsElements;
  }

  /// The address of `struct reducer` for folding the program's value, of this type.
  long reducer(Reducer reducer, DType type) {
    long known = reducers[reducer.ordinal()];
    if (known == 0) {
      String name = reducer.name().toLowerCase(Locale.ROOT);
      known = NativeKernels.require("fold_" + name + "_" + type.suffix());
      reducers[reducer.ordinal()] = known; // a race writes the same address twice
    }
    return known;
  }

  private static void checkSize(Program program, Places places) {
    int operands = program.inputs().size() + program.outputs().size();
    if (places.count() > MAX_PLACES || operands > MAX_OPERANDS) {
      throw new DeviceException(
          "cpu: a program with "
              + operands
              + " operands and "
              + places.count()
              + " live values is too large (limits: "
              + MAX_OPERANDS
              + " and "
              + MAX_PLACES
              + "). Run it as several launches.");
    }
  }

  private static int[] bytes(Program program) {
    int inputs = program.inputs().size();
    int[] bytes = new int[inputs + program.outputs().size()];
    for (int o = 0; o < bytes.length; o++) {
      int value = o < inputs ? o : program.outputs().get(o - inputs);
      bytes[o] = program.typeOf(value).bytes();
    }
    return bytes;
  }

  private static int width(Program program) {
    int values = program.inputs().size() + program.scalars().size() + program.instructions().size();
    int width = 1;
    for (int v = 0; v < values; v++) {
      width = Math.max(width, program.typeOf(v).bytes());
    }
    return width;
  }

  private static int cost(Program program) {
    int cost = 1;
    for (Program.Instruction step : program.instructions()) {
      cost += LONG_ROWS.contains(step.row().name()) ? LONG_ROW : 1;
    }
    return cost;
  }

  private static int tile(int places, int width) {
    int tile = width == 8 ? TILE / 2 : TILE;
    while (tile > MIN_TILE
        && (long) places * tile * width > (tile > SHORT_TILE ? FIRST_CACHE : SECOND_CACHE)) {
      tile /= 2;
    }
    return tile;
  }

  private long encode(Program program, List<RowCall> calls, Places places, int width) {
    int types = program.inputs().size() + program.scalars().size();
    int steps = calls.size();
    int words = HEADER + types + steps * INSTRUCTION + program.outputs().size() * STORE;
    MemorySegment memory = Arena.global().allocate(words * 8L, 64);
    long bytesAt = memory.address() + HEADER * 8L;
    long codeAt = bytesAt + types * 8L;
    long storesAt = codeAt + (long) steps * INSTRUCTION * 8;
    int at = 0;
    for (long word :
        new long[] {
          program.inputs().size(),
          program.scalars().size(),
          places.registers(),
          steps,
          program.outputs().size(),
          tile,
          width,
          bytesAt,
          codeAt,
          storesAt
        }) {
      memory.setAtIndex(JAVA_LONG, at++, word);
    }
    for (int v = 0; v < types; v++) {
      memory.setAtIndex(JAVA_LONG, at++, program.typeOf(v).bytes());
    }
    for (RowCall call : calls) {
      at = encodeInstruction(memory, at, call, places);
    }
    int last = calls.isEmpty() ? -1 : calls.getLast().result();
    for (int value : program.outputs()) {
      memory.setAtIndex(JAVA_LONG, at++, places.of(value));
      memory.setAtIndex(JAVA_LONG, at++, program.typeOf(value).bytes());
      memory.setAtIndex(JAVA_LONG, at++, value == last ? 1 : 0);
    }
    return memory.address();
  }

  private static int encodeInstruction(MemorySegment memory, int at, RowCall call, Places places) {
    List<Integer> arguments = call.arguments();
    int next = at;
    memory.setAtIndex(JAVA_LONG, next++, NativeKernels.require(call.symbol()));
    memory.setAtIndex(JAVA_LONG, next++, places.of(call.result()));
    for (int a = 0; a < 4; a++) {
      long place = a < arguments.size() ? places.of(arguments.get(a)) : INDEX_PLACE;
      memory.setAtIndex(JAVA_LONG, next++, place);
    }
    return next;
  }
}
