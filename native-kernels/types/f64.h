/* float64. */
#define T double
#define SUFFIX f64
#define ACCUMULATOR double
#define UNSIGNED uint64_t /* of the same size */
#define ALL(...) __VA_ARGS__
#define FLOATING(...) __VA_ARGS__
#define INTEGRAL(...)
#define ARITHMETIC(...) __VA_ARGS__
#define BOOLEAN(...)
#define SINGLE(...)
#define HALF(...)
#define INT64(...)
#define LOWEST (-INFINITY)
#define HIGHEST INFINITY
#define IS_NAN(x) ((x) != (x))
#define IS_INF(x) (fabs(x) == INFINITY)
