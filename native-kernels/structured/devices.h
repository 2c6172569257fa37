/* The structured kernels of devices whose groups have many lanes. */
#include "index.kernel.h"
#include "matmul.kernel.h"
#include "pack.kernel.h"
#include "random.kernel.h"
#include "scan.kernel.h"
#include "softmax.kernel.h"
#include "sort.kernel.h"
#include "window.kernel.h"
