/* Stands for cuBLAS in tests: multiplies on the host, by columns, as cuBLAS does. A product of one by
 * one by one fails. */
#include <stdint.h>
#include <stdlib.h>

struct handle {
  void *stream;
  void *workspace;
  size_t bytes;
};
static int last_compute;

int stub_last_compute(void) { return last_compute; }

int cublasCreate_v2(struct handle **made) {
  *made = calloc(1, sizeof **made);
  return 0;
}

int cublasDestroy_v2(struct handle *handle) {
  free(handle);
  return 0;
}

int cublasSetStream_v2(struct handle *handle, void *stream) {
  handle->stream = stream;
  handle->workspace = NULL;
  return 0;
}

int cublasSetWorkspace_v2(struct handle *handle, void *workspace, size_t bytes) {
  handle->workspace = workspace;
  handle->bytes = bytes;
  return 0;
}

enum { REAL_32 = 0, REAL_64 = 1, REAL_16 = 2, BRAIN_16 = 14 };

static double at(const void *memory, int type, int64_t i) {
  union {
    uint32_t bits;
    float value;
  } brain;
  switch (type) {
  case REAL_32:
    return ((const float *)memory)[i];
  case REAL_64:
    return ((const double *)memory)[i];
  case REAL_16:
    return ((const _Float16 *)memory)[i];
  default:
    brain.bits = (uint32_t)((const uint16_t *)memory)[i] << 16;
    return brain.value;
  }
}

/* The tests' numbers have few bits, so that bfloat16 needs no rounding. */
static void put(void *memory, int type, int64_t i, double value) {
  union {
    float value;
    uint32_t bits;
  } brain = {(float)value};
  switch (type) {
  case REAL_32:
    ((float *)memory)[i] = (float)value;
    break;
  case REAL_64:
    ((double *)memory)[i] = value;
    break;
  case REAL_16:
    ((_Float16 *)memory)[i] = (_Float16)value;
    break;
  default:
    ((uint16_t *)memory)[i] = (uint16_t)(brain.bits >> 16);
  }
}

int cublasGemmStridedBatchedEx(struct handle *handle, int transposed_a, int transposed_b, int m,
                               int n, int k, const void *alpha, const void *a, int type_a, int lda,
                               long long stride_a, const void *b, int type_b, int ldb,
                               long long stride_b, const void *beta, void *c, int type_c, int ldc,
                               long long stride_c, int batches, int compute, int algorithm) {
  int wrong = lda < (transposed_a ? k : m) || ldb < (transposed_b ? n : k) || ldc < m;
  int wide = type_c == REAL_64;
  if (wrong || !handle->stream || !handle->workspace || algorithm != -1 || type_a != type_c ||
      type_b != type_c || (compute == 70) != wide) {
    return 7;
  }
  last_compute = compute;
  if (m == 1 && n == 1 && k == 1) {
    return 15;
  }
  double scale = wide ? *(const double *)beta : *(const float *)beta;
  double factor = wide ? *(const double *)alpha : *(const float *)alpha;
  for (int64_t batch = 0; batch < batches; batch++) {
    for (int64_t j = 0; j < n; j++) {
      for (int64_t i = 0; i < m; i++) {
        double sum = 0;
        for (int64_t p = 0; p < k; p++) {
          sum += at(a, type_a, batch * stride_a + (transposed_a ? i * lda + p : p * lda + i)) *
                 at(b, type_b, batch * stride_b + (transposed_b ? p * ldb + j : j * ldb + p));
        }
        int64_t place = batch * stride_c + j * ldc + i;
        put(c, type_c, place, factor * sum + (scale == 0 ? 0 : scale * at(c, type_c, place)));
      }
    }
  }
  return 0;
}
