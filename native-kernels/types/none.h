/* Takes back what a type's header defines, so that the next can follow. */
#undef T
#undef SUFFIX
#undef ACCUMULATOR
#undef UNSIGNED
#undef ALL
#undef FLOATING
#undef INTEGRAL
#undef ARITHMETIC
#undef BOOLEAN
#undef SINGLE
#undef HALF
#undef INT64
#undef LOWEST
#undef HIGHEST
#undef IS_NAN
#undef IS_INF
