/* Runs every row of one element type on memory without a byte to spare. */
#include "../cpu/launch.h"
#include "../dialect.h"

enum { LANES_OF_ROW = 48 };

/* Bytes that are a bool, a small number or a NaN, whatever type reads them. */
static void *operand(int64_t bytes, int pattern) {
  unsigned char *memory = malloc((size_t)(LANES_OF_ROW * bytes));
  for (int64_t i = 0; i < LANES_OF_ROW * bytes; i++) {
    memory[i] = (unsigned char)(pattern == 2 ? 255 : pattern == 1 ? i % 2 : 0);
  }
  return memory;
}

static void run(row_function *row, int arity, int64_t first, int64_t others, int64_t result) {
  for (int pattern = 0; pattern < 9; pattern++) {
    void *arguments[4];
    for (int a = 0; a < 4; a++) {
      int kind = a == 0 ? pattern % 3 : pattern / 3;
      arguments[a] = operand(a == 0 ? first : others, a == 0 && first != others ? 1 : kind);
    }
    void *out = malloc((size_t)(LANES_OF_ROW * result));
    row(LANES_OF_ROW, out, (const void *const *)arguments);
    if (arity > 0 && result == others) { /* a result may be an argument */
      row(LANES_OF_ROW, arguments[arity - 1], (const void *const *)arguments);
    }
    free(out);
    for (int a = 0; a < 4; a++) {
      free(arguments[a]);
    }
  }
}

#define RUN(types, symbol, arity, first, result)                                 \
  types({                                                                        \
    extern row_function symbol;                                                  \
    run(symbol, arity, first, sizeof(T), result);                                \
  })
#define NULLARY(types, name, value) RUN(types, WITH_TYPE(nullary_##name), 0, 8, sizeof(T))
#define UNARY(types, name, value) RUN(types, WITH_TYPE(unary_##name), 1, sizeof(T), sizeof(T))
#define BINARY(types, name, value) RUN(types, WITH_TYPE(binary_##name), 2, sizeof(T), sizeof(T))
#define MOSTLY(types, name, value, where, cheaper) BINARY(types, name, value)
#define TERNARY(types, name, value) RUN(types, WITH_TYPE(ternary_##name), 3, sizeof(T), sizeof(T))
#define QUATERNARY(types, name, value) \
  RUN(types, WITH_TYPE(quaternary_##name), 4, sizeof(T), sizeof(T))
#define PREDICATE(types, name, value) RUN(types, WITH_TYPE(predicate_##name), 1, sizeof(T), 1)
#define COMPARE(types, name, value) RUN(types, WITH_TYPE(compare_##name), 2, sizeof(T), 1)
#define SELECT(types, name, value) RUN(types, WITH_TYPE(select_##name), 3, 1, sizeof(T))
#define PAIR(first, second, value) \
  RUN(FLOATING, WITH_TYPE(pair_##first##_##second), 3, sizeof(T), sizeof(T))
#define CAST(types, to, R, value) RUN(types, PASTE(WITH_TYPE(cast), to), 1, sizeof(T), sizeof(R))

void WITH_TYPE(exercise_rows)(void);
void WITH_TYPE(exercise_rows)(void) {
#include "../elementwise/binary.def"
#include "../elementwise/cast.def"
#include "../elementwise/compare.def"
#include "../elementwise/nullary.def"
#include "../elementwise/predicate.def"
#include "../elementwise/quaternary.def"
#include "../elementwise/select.def"
#include "../elementwise/ternary.def"
#include "../elementwise/unary.def"
#include "../cpu/pair.def"
}
