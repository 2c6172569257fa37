/* Expands the structured kernels for one element type. */
#include "../dialect.h"

/* Of memory that the lanes of a group share; a kernel that needs more says so before it begins. */
#define LOCAL_BYTES 8

#include "index.kernel.h"
#include "matmul.kernel.h"
#include "pack.kernel.h"
#include "random.kernel.h"
#include "scan.kernel.h"
#include "softmax.kernel.h"
#include "sort.kernel.h"
