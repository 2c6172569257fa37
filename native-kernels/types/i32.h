/* int32; arithmetic wraps. */
#define T int32_t
#define SUFFIX i32
#define ACCUMULATOR int32_t
#define UNSIGNED uint32_t /* of the same size */
#define ALL(...) __VA_ARGS__
#define FLOATING(...)
#define INTEGRAL(...) __VA_ARGS__
#define ARITHMETIC(...) __VA_ARGS__
#define BOOLEAN(...)
#define SINGLE(...)
#define HALF(...)
#define INT64(...)
#define LOWEST INT32_MIN
#define HIGHEST INT32_MAX
#define IS_NAN(x) ((void)(x), 0)
#define IS_INF(x) ((void)(x), 0)
