/* Expands the structured kernels for one element type. */
#include "../dialect.h"

/* Of memory that the lanes of a group share; a kernel that needs more says so before it begins. */
#define LOCAL_BYTES 8

#include "index.kernel.h"
#include "norm.kernel.h"
#include "pack.kernel.h"
#include "pool.kernel.h"
#include "random.kernel.h"
#include "scan.kernel.h"
#include "softmax.kernel.h"
#include "window.kernel.h"

/* What the CPU does in its own way, beside what it must agree with. */
#define matmul portable_matmul
#include "matmul.kernel.h"
#undef matmul
#include "../tuned/c/matmul.kernel.h"

#define sort portable_sort
#include "sort.kernel.h"
#undef sort
#include "../tuned/c/sort.kernel.h"
