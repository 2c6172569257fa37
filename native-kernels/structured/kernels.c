/* Expands the structured kernels for one element type. */
#include "../dialect.h"

#include "index.kernel.h"
#include "matmul.kernel.h"
#include "pack.kernel.h"
#include "random.kernel.h"
#include "scan.kernel.h"
#include "softmax.kernel.h"
#include "sort.kernel.h"
