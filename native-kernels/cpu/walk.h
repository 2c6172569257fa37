/* Moves a linear range of a row-major space between a strided operand and packed memory. */
#pragma once
#include "launch.h"

enum { MAX_RANK = 64 };

void gather(char *packed, const struct operand *from, int64_t bytes, int64_t rank,
            const int64_t *shape, int64_t first, int64_t n);
/* Where it streams, whole lines go around the caches. */
void scatter(const char *packed, const struct operand *to, int64_t bytes, int64_t rank,
             const int64_t *shape, int64_t first, int64_t n, int streams);
void fill(char *packed, const void *value, int64_t bytes, int64_t n);

/* Whether the range lies in memory one element after another; then *start is where. */
int is_run(const struct operand *operand, int64_t bytes, int64_t rank, const int64_t *shape,
           int64_t first, int64_t n, char **start);
/* Whether element k of the whole space is at base + k. */
int is_contiguous(const struct operand *operand, int64_t rank, const int64_t *shape);
/* Whether all elements of the space are one. */
int is_constant(const struct operand *operand, int64_t rank, const int64_t *shape);
