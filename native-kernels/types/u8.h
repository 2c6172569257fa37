/* uint8; arithmetic wraps. */
#define T uint8_t
#define SUFFIX u8
#define ACCUMULATOR uint8_t
#define UNSIGNED uint8_t /* of the same size */
#define ALL(...) __VA_ARGS__
#define FLOATING(...)
#define INTEGRAL(...) __VA_ARGS__
#define ARITHMETIC(...) __VA_ARGS__
#define BOOLEAN(...)
#define SINGLE(...)
#define HALF(...)
#define INT64(...)
#define LOWEST 0
#define HIGHEST UINT8_MAX
#define IS_NAN(x) ((void)(x), 0)
#define IS_INF(x) ((void)(x), 0)
