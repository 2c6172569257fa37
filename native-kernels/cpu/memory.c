/* Takes and returns host memory. Linux grants more than it has and kills whoever uses it, so large
 * requests are first compared with what is available. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#define EXPORT __attribute__((visibility("default")))

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20, LARGE = 64 << 20 };

/* The number after a word in a small system file, or -1. */
static int64_t number_in(const char *path, const char *word) {
  char text[4096];
  FILE *file = fopen(path, "r");
  if (!file) {
    return -1;
  }
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  const char *at = strstr(text, word);
  long long value;
  return at && sscanf(at + strlen(word), "%lld", &value) == 1 ? value : -1;
}

static int64_t smaller_known(int64_t a, int64_t b) { return a < 0 || (b >= 0 && b < a) ? b : a; }

/* Bytes that can be had without swapping or passing the container's limit; -1 when unknown. */
EXPORT int64_t adjoint_available(void) {
  int64_t kib = number_in("/proc/meminfo", "MemAvailable:");
  int64_t limit = number_in("/sys/fs/cgroup/memory.max", "");
  return smaller_known(kib < 0 ? -1 : kib * 1024, limit);
}

EXPORT void *adjoint_allocate(int64_t bytes) {
  int64_t available = bytes >= LARGE ? adjoint_available() : -1;
  if (available >= 0 && bytes > available) {
    return 0;
  }
  size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
  void *memory;
  if (posix_memalign(&memory, alignment, (size_t)(bytes > 0 ? bytes : 1)) != 0) {
    return 0;
  }
#ifdef MADV_HUGEPAGE
  if (alignment == HUGE_PAGE) {
    madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
  }
#endif
  return memory;
}

EXPORT void adjoint_free(void *memory) { free(memory); }

/* Copies rows, which lie at a pitch in bytes, one after the other. */
EXPORT void adjoint_gather_rows(const char *from, int64_t pitch, char *to, int64_t bytes,
                                int64_t rows) {
  for (int64_t row = 0; row < rows; row++) {
    memcpy(to + row * bytes, from + row * pitch, (size_t)bytes);
  }
}
