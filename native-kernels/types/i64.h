/* int64; arithmetic wraps. */
#define T int64_t
#define SUFFIX i64
#define ACCUMULATOR int64_t
#define UNSIGNED uint64_t /* of the same size */
#define ALL(...) __VA_ARGS__
#define FLOATING(...)
#define INTEGRAL(...) __VA_ARGS__
#define ARITHMETIC(...) __VA_ARGS__
#define BOOLEAN(...)
#define SINGLE(...)
#define HALF(...)
#define INT64(...) __VA_ARGS__
#define LOWEST INT64_MIN
#define HIGHEST INT64_MAX
#define IS_NAN(x) ((void)(x), 0)
#define IS_INF(x) ((void)(x), 0)
