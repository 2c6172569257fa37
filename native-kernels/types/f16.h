/* float16: 16 bits that are moved, sorted and cast. Rows and folds compute with it in float32. */
#define T uint16_t
#define SUFFIX f16
#define UNSIGNED uint16_t /* of the same size */
#define ALL(...)
#define FLOATING(...)
#define INTEGRAL(...)
#define ARITHMETIC(...)
#define BOOLEAN(...)
#define SINGLE(...)
#define HALF(...) __VA_ARGS__
#define INT64(...)
#define IS_NAN(x) (((x) & 0x7fff) > 0x7c00)
