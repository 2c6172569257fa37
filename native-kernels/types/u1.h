/* bool: one byte that holds 0 or 1. */
#define T uint8_t
#define SUFFIX u1
#define ACCUMULATOR uint8_t
#define UNSIGNED uint8_t /* of the same size */
#define ALL(...) __VA_ARGS__
#define FLOATING(...)
#define INTEGRAL(...)
#define ARITHMETIC(...)
#define BOOLEAN(...) __VA_ARGS__
#define SINGLE(...)
#define HALF(...)
#define INT64(...)
#define LOWEST 0
#define HIGHEST 1
#define IS_NAN(x) ((void)(x), 0)
#define IS_INF(x) ((void)(x), 0)
