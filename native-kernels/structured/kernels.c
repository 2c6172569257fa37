/* Expands the structured kernels for one element type. */
#include "../dialect.h"
