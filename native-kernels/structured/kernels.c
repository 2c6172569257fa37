/* Expands the structured kernels for one element type. */
#include "../dialect.h"

/* Of memory that the lanes of a group share; a kernel that needs more says so before it begins. */
#define LOCAL_BYTES 8

#include "index.kernel.h"
#include "log_softmax.kernel.h"
#include "loss.kernel.h"
#include "pack.kernel.h"
#include "scan.kernel.h"
#include "softmax.kernel.h"

/* What the CPU does in its own way, beside what it must agree with. */
#define matmul portable_matmul
#include "matmul.kernel.h"
#undef matmul
#include "../tuned/one_lane/matmul.kernel.h"

#define layer_norm_backward portable_layer_norm_backward
#include "norm.kernel.h"
#undef layer_norm_backward
#include "../tuned/c/norm.kernel.h"

#define max_pool portable_max_pool
#define avg_pool portable_avg_pool
#define avg_pool_backward portable_avg_pool_backward
#include "pool.kernel.h"
#undef max_pool
#undef avg_pool
#undef avg_pool_backward
#include "../tuned/c/pool.kernel.h"

#define unfold portable_unfold
#define fold portable_fold
#include "window.kernel.h"
#undef unfold
#undef fold
#include "../tuned/c/window.kernel.h"

#define random_uniform portable_random_uniform
#define random_normal portable_random_normal
#include "random.kernel.h"
#undef random_uniform
#undef random_normal
#include "../tuned/c/random.kernel.h"

#define sort portable_sort
#include "sort.kernel.h"
#undef sort
#include "../tuned/c/sort.kernel.h"
