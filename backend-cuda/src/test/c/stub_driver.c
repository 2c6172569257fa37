/* A CUDA driver without a GPU, for tests of the Java side. Its devices' memory is the host's; what
 * is queued on a stream runs when somebody waits for it, not before, so that whoever relies on more
 * fails here. Tests read what has happened from stub_log() and have calls fail by stub_fail().
 * Kernels are those of stub_queue.h. */
#include "stub_graph.h"

/* Devices and contexts. */
EXPORT cuInit(unsigned flags) {
  LOCKED;
  (void)flags;
  FAIL("cuInit");
  return 0;
}
EXPORT cuDriverGetVersion(int* v) {
  *v = version;
  return 0;
}
EXPORT cuDeviceGetCount(int* count) {
  *count = devices;
  return 0;
}
EXPORT cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return ordinal < devices ? 0 : INVALID_DEVICE;
}
EXPORT cuDeviceGetName(char* name, int length, int device) {
  snprintf(name, (size_t)length, "Stub GPU %d", device);
  return 0;
}
EXPORT cuDeviceGetAttribute(int* value, int attribute, int device) {
  (void)device;
  *value = attribute == 75    ? 8
           : attribute == 76  ? 6
           : attribute == 16  ? 28
           : attribute == 8   ? 49152
           : attribute == 115 ? pools
                              : 0;
  return 0;
}
EXPORT cuDeviceTotalMem_v2(size_t* bytes, int device) {
  (void)device;
  *bytes = capacity;
  return 0;
}
EXPORT cuDevicePrimaryCtxRetain(context** c, int device) {
  LOCKED;
  FAIL("cuDevicePrimaryCtxRetain");
  contexts[device].device = device;
  contexts[device].retained++;
  *c = &contexts[device];
  return 0;
}
EXPORT cuDevicePrimaryCtxRelease_v2(int device) {
  LOCKED;
  if (--contexts[device].retained > 0) return 0;
  for (block *b = blocks, *next; b; b = next) { /* the last one out takes the memory along */
    next = b->next;
    if (b->owner == &contexts[device]) release((uint64_t)(b + 1));
  }
  contexts[device].sticky = 0;
  return 0;
}
EXPORT cuCtxSetCurrent(context* c) {
  current = c;
  return 0;
}

/* Memory. */
static int take(uint64_t* address, uint64_t bytes) {
  if (current->taken + bytes > capacity) return OUT_OF_MEMORY;
  block* b = malloc(sizeof *b + bytes);
  if (!b) return OUT_OF_MEMORY;
  memset(b + 1, 0xdd, bytes);
  *b = (block){bytes, blocks, current};
  blocks = b;
  current->taken += bytes;
  *address = (uint64_t)(b + 1);
  note("allocated %llu on %d", (unsigned long long)bytes, current->device);
  return 0;
}
EXPORT cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  CURRENT("cuMemAlloc_v2");
  return take(address, bytes);
}
EXPORT cuMemFree_v2(uint64_t address) {
  CURRENT("cuMemFree_v2");
  release(address);
  return 0;
}
EXPORT cuDeviceGetDefaultMemPool(void** pool, int device) {
  *pool = &contexts[device];
  return 0;
}
EXPORT cuMemPoolSetAttribute(void* pool, int attribute, uint64_t* value) {
  (void)pool;
  return attribute == 4 && *value == UINT64_MAX
             ? 0
             : INVALID_VALUE; /* what it frees stays in the pool */
}
EXPORT cuMemPoolTrimTo(void* pool, size_t bytes) {
  LOCKED;
  (void)pool;
  (void)bytes;
  note("trimmed");
  return 0;
}
EXPORT cuMemAllocFromPoolAsync(uint64_t* address, size_t bytes, void* pool, stream* s) {
  CURRENT("cuMemAllocFromPoolAsync");
  if (s->owner != current || pool != current) return INVALID_HANDLE;
  NOT_CAPTURED(s);
  return take(address, bytes);
}
EXPORT cuMemFreeAsync(uint64_t address, stream* s) {
  CURRENT("cuMemFreeAsync");
  if (s->owner != current) return INVALID_HANDLE;
  NOT_CAPTURED(s);
  queue(s, FREE)->to = address;
  return 0;
}
EXPORT cuMemHostAlloc(void** address, size_t bytes, unsigned flags) {
  CURRENT("cuMemHostAlloc");
  (void)flags;
  *address = malloc(bytes);
  note("pinned %zu", bytes);
  return 0;
}
EXPORT cuMemFreeHost(void* address) {
  free(address);
  return 0;
}

static int copy(stream* s, int kind, uint64_t to, uint64_t from, uint64_t bytes) {
  if (s->owner != current) return INVALID_HANDLE;
  NOT_CAPTURED(s);
  work* w = queue(s, kind);
  w->to = to, w->from = from, w->bytes = bytes;
  return 0;
}
EXPORT cuMemcpyHtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, stream* s) {
  CURRENT("cuMemcpyHtoDAsync_v2");
  return copy(s, WRITE, to, from, bytes);
}
EXPORT cuMemcpyDtoHAsync_v2(uint64_t to, uint64_t from, size_t bytes, stream* s) {
  CURRENT("cuMemcpyDtoHAsync_v2");
  return copy(s, READ, to, from, bytes);
}

/* Streams and events. */
EXPORT cuStreamCreate(stream** s, unsigned flags) {
  CURRENT("cuStreamCreate");
  (void)flags;
  *s = calloc(1, sizeof **s);
  (*s)->owner = current;
  return 0;
}
EXPORT cuStreamDestroy_v2(stream* s) {
  LOCKED;
  free(s->queued.works);
  free(s->captured.works);
  free(s);
  return 0;
}
EXPORT cuStreamSynchronize(stream* s) {
  LOCKED;
  FAIL("cuStreamSynchronize");
  NOT_CAPTURED(s);
  note("synchronized");
  return drain(s, s->queued.count);
}
EXPORT cuEventCreate(event** e, unsigned flags) {
  (void)flags;
  *e = calloc(1, sizeof **e);
  return 0;
}
EXPORT cuEventDestroy_v2(event* e) {
  free(e);
  return 0;
}
EXPORT cuEventRecord(event* e, stream* s) {
  CURRENT("cuEventRecord");
  if (s->owner != current) return INVALID_HANDLE;
  queue(s, MARK)->event = e;
  e->on = s;
  note("recorded an event");
  return 0;
}
EXPORT cuEventSynchronize(event* e) {
  LOCKED;
  note("waited for an event");
  if (!e->on) return 0;
  for (size_t i = 0; i < e->on->queued.count; i++)
    if (e->on->queued.works[i].kind == MARK && e->on->queued.works[i].event == e)
      return drain(e->on, i + 1);
  return e->on->owner->sticky;
}

/* Modules and launches. An image is the names of its kernels, one a line. */
EXPORT cuModuleLoadDataEx(module** m, const char* image, unsigned count, int* keys, void** values) {
  CURRENT("cuModuleLoadDataEx");
  if (strncmp(image, "bad", 3) == 0) {
    for (unsigned i = 0; i < count; i++)
      if (keys[i] == 5)
        strcpy(values[i], "ptxas: line 1, this is no PTX"); /* CU_JIT_ERROR_LOG_BUFFER */
    return INVALID_PTX;
  }
  *m = malloc(sizeof **m);
  **m = (module){current, strdup(image)};
  note("loaded a module");
  return 0;
}
EXPORT cuModuleUnload(module* m) {
  LOCKED;
  note("unloaded a module");
  free(m->image);
  free(m);
  return 0;
}
EXPORT cuModuleGetFunction(function** f, module* m, const char* name) {
  CURRENT("cuModuleGetFunction");
  const char* found = strstr(m->image, name);
  if (!found || found[strlen(name)] != '\n') return NOT_FOUND;
  *f = malloc(sizeof **f);
  (*f)->owner = m->owner;
  snprintf((*f)->name, sizeof(*f)->name, "%s", name);
  return 0;
}
EXPORT cuLaunchKernel(function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                      unsigned bz, unsigned shared, stream* s, void** parameters, void** extra) {
  CURRENT("cuLaunchKernel");
  if (f->owner != current || s->owner != current) return INVALID_HANDLE;
  if (gx < 1 || bx < 1 || bx > 1024 || gy != 1 || gz != 1 || by != 1 || bz != 1 || shared ||
      parameters)
    return INVALID_VALUE;
  if ((uint64_t)extra[0] != 1 || (uint64_t)extra[2] != 2 || extra[4]) return INVALID_VALUE;
  uint64_t bytes = *(uint64_t*)extra[3];
  if (bytes > 4096) return INVALID_VALUE;
  work* w = queue(s, LAUNCH);
  memcpy(w->kernel, f->name, sizeof w->kernel);
  w->grid = gx, w->lanes = bx, w->bytes = bytes;
  memcpy(w->parameters, extra[1], bytes);
  note("launched %s %ux%u with %llu bytes", f->name, gx, bx, (unsigned long long)bytes);
  return 0;
}
