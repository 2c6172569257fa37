/* A CUDA driver without a GPU, for tests of the Java side. Its devices' memory is the host's; what is queued on a
 * stream runs when somebody waits for it, not before, so that whoever relies on more fails here. Tests read what
 * has happened from stub_log() and have calls fail by stub_fail(). Kernels are those of the table at "run". */
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default"))) int
#define LOCKED __attribute__((cleanup(leave), unused)) int locked = enter()

enum {
  INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_PTX = 218,
  INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700, CAPTURE_UNSUPPORTED = 900
};
enum { DEVICES = 2, MOST_QUEUED = 1024 };

typedef struct { int device, sticky, retained; uint64_t taken; } context;
typedef struct { int kind; char kernel[64]; uint32_t grid, lanes; uint64_t to, from, bytes; void *event;
                 uint8_t parameters[4096]; } work;
typedef struct { work *works; size_t count, room; } list;
typedef struct { context *owner; list queued; list *captured; } stream;
typedef struct { stream *on; size_t pending; } event;
typedef struct { context *owner; char *image; } module;
typedef struct { context *owner; char name[64]; } function;
typedef struct block { uint64_t bytes; struct block *next; context *owner; } block;

enum { LAUNCH, WRITE, READ, FREE, MARK };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static context contexts[DEVICES];
static _Thread_local context *current;
static block *blocks;
static uint64_t capacity = 1ull << 30;
static int version = 12040, pools = 1, devices = DEVICES, logging, fail_status, fail_count, keeps_all;
static char fail_name[64], text[1 << 20];
static size_t text_used;

static int enter(void) { return pthread_mutex_lock(&mutex); }
static void leave(int *locked) { pthread_mutex_unlock(&mutex); (void)locked; }

static void note(const char *format, ...) {
  if (!logging || text_used > sizeof text - 512) return;
  va_list arguments;
  va_start(arguments, format);
  text_used += (size_t)vsnprintf(text + text_used, 500, format, arguments);
  va_end(arguments);
  text[text_used++] = '\n';
  text[text_used] = 0;
}

/* What tests set and ask. */
EXPORT stub_fail(const char *name, int status, int count) {
  LOCKED;
  snprintf(fail_name, sizeof fail_name, "%s", name);
  fail_status = status;
  fail_count = count;
  return 0;
}
EXPORT stub_reset(void) {
  LOCKED;
  for (int i = 0; i < DEVICES; i++) contexts[i].sticky = 0;
  capacity = 1ull << 30;
  version = 12040, pools = 1, devices = DEVICES, logging = 1, fail_count = 0, text_used = 0, text[0] = 0;
  return 0;
}
EXPORT stub_set(int what, int64_t value) {
  LOCKED;
  if (what == 0) version = (int)value;
  if (what == 1) devices = (int)value;
  if (what == 2) pools = (int)value;
  if (what == 3) capacity = (uint64_t)value;
  if (what == 4) logging = (int)value;
  return 0;
}
__attribute__((visibility("default"))) const char *stub_log(void) { return text; }
__attribute__((visibility("default"))) uint64_t stub_taken(int device) { return contexts[device].taken; }
EXPORT stub_retained(int device) { return contexts[device].retained; }

static int fails(const char *name) {
  return fail_count > 0 && strcmp(name, fail_name) == 0 ? fail_count--, fail_status : 0;
}
#define FAIL(name) do { int status_ = fails(name); if (status_) return status_; } while (0)
#define CURRENT(name)                            \
  LOCKED;                                        \
  FAIL(name);                                    \
  if (!current) return INVALID_CONTEXT;          \
  if (current->sticky) return current->sticky

static int inside(uint64_t address, uint64_t bytes, context *owner) {
  for (block *b = blocks; b; b = b->next)
    if (b->owner == owner && address >= (uint64_t)(b + 1) && address + bytes <= (uint64_t)(b + 1) + b->bytes)
      return 1;
  return 0;
}

static void release(uint64_t address) {
  for (block **at = &blocks; *at; at = &(*at)->next)
    if ((uint64_t)(*at + 1) == address) {
      block *gone = *at;
      *at = gone->next;
      gone->owner->taken -= gone->bytes;
      memset(gone + 1, 0xee, gone->bytes);
      free(gone);
      return;
    }
}

/* ramp: c[i] = a[i] + step * i; sum_words: c[i] = the sum of all words; crash: reads what is nobody's. */
static void run_kernel(context *owner, work *w) {
  uint64_t *p = (uint64_t *)w->parameters;
  uint64_t lanes = (uint64_t)w->grid * w->lanes;
  if (strncmp(w->kernel, "ramp", 4) == 0) {
    float *a = (float *)p[0], *c = (float *)p[1];
    int64_t step = (int64_t)p[2], n = (int64_t)p[3];
    if (!inside(p[1], 4 * (uint64_t)n, owner) || (a && !inside(p[0], 4 * (uint64_t)n, owner))) {
      owner->sticky = ILLEGAL_ADDRESS;
      return;
    }
    for (int64_t i = 0; i < n && i < (int64_t)lanes; i++) c[i] = (a ? a[i] : 0) + (float)(step * i);
  } else if (strcmp(w->kernel, "sum_words") == 0) {
    int64_t sum = 0;
    for (uint64_t i = 1; i < w->bytes / 8; i++) sum += (int64_t)p[i];
    for (uint64_t i = 0; i < lanes; i++) ((float *)p[0])[i] = (float)sum;
  } else if (strcmp(w->kernel, "crash") == 0) {
    owner->sticky = ILLEGAL_ADDRESS;
  }
}

static void run(stream *s, work *w) {
  context *owner = s->owner;
  if (owner->sticky) return;
  if (w->kind == LAUNCH) {
    note("run %s", w->kernel);
    run_kernel(owner, w);
  } else if (w->kind == WRITE || w->kind == READ) {
    note(w->kind == WRITE ? "copied to the device %llu" : "copied to the host %llu", (unsigned long long)w->bytes);
    if (inside(w->kind == WRITE ? w->to : w->from, w->bytes, owner))
      memcpy((void *)w->to, (void *)w->from, w->bytes);
    else
      owner->sticky = ILLEGAL_ADDRESS;
  } else if (w->kind == FREE) {
    note("freed");
    release(w->to);
  }
}

static int drain(stream *s, size_t count) {
  for (size_t i = 0; i < count; i++) run(s, &s->queued.works[i]);
  memmove(s->queued.works, s->queued.works + count, (s->queued.count - count) * sizeof(work));
  s->queued.count -= count;
  return s->owner->sticky;
}

static work *append(list *to, int kind) {
  if (to->count == to->room) {
    to->room = to->room ? 2 * to->room : 16;
    to->works = realloc(to->works, to->room * sizeof(work));
  }
  work *w = &to->works[to->count++];
  w->kind = kind;
  return w;
}

static work *queue(stream *s, int kind) {
  if (s->captured) return append(s->captured, kind);
  if (s->queued.count >= MOST_QUEUED) drain(s, s->queued.count);
  return append(&s->queued, kind);
}

/* Devices and contexts. */
EXPORT cuInit(unsigned flags) { LOCKED; (void)flags; FAIL("cuInit"); return 0; }
EXPORT cuDriverGetVersion(int *v) { *v = version; return 0; }
EXPORT cuDeviceGetCount(int *count) { *count = devices; return 0; }
EXPORT cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal < devices ? 0 : INVALID_DEVICE; }
EXPORT cuDeviceGetName(char *name, int length, int device) {
  snprintf(name, (size_t)length, "Stub GPU %d", device);
  return 0;
}
EXPORT cuDeviceGetAttribute(int *value, int attribute, int device) {
  (void)device;
  *value = attribute == 75 ? 8 : attribute == 76 ? 6 : attribute == 16 ? 28 : attribute == 8 ? 49152
           : attribute == 115 ? pools : 0;
  return 0;
}
EXPORT cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = capacity; return 0; }
EXPORT cuDevicePrimaryCtxRetain(context **c, int device) {
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
EXPORT cuCtxSetCurrent(context *c) { current = c; return 0; }

/* Memory. */
static int take(uint64_t *address, uint64_t bytes) {
  if (current->taken + bytes > capacity) return OUT_OF_MEMORY;
  block *b = malloc(sizeof *b + bytes);
  if (!b) return OUT_OF_MEMORY;
  memset(b + 1, 0xdd, bytes);
  *b = (block){bytes, blocks, current};
  blocks = b;
  current->taken += bytes;
  *address = (uint64_t)(b + 1);
  note("allocated %llu on %d", (unsigned long long)bytes, current->device);
  return 0;
}
EXPORT cuMemAlloc_v2(uint64_t *address, size_t bytes) { CURRENT("cuMemAlloc_v2"); return take(address, bytes); }
EXPORT cuMemFree_v2(uint64_t address) { CURRENT("cuMemFree_v2"); release(address); return 0; }
EXPORT cuDeviceGetDefaultMemPool(void **pool, int device) { *pool = &contexts[device]; return 0; }
EXPORT cuMemPoolSetAttribute(void *pool, int attribute, uint64_t *value) {
  (void)pool;
  keeps_all = attribute == 4 && *value == UINT64_MAX;
  return 0;
}
EXPORT cuMemPoolTrimTo(void *pool, size_t bytes) { LOCKED; (void)pool; (void)bytes; note("trimmed"); return 0; }
EXPORT cuMemAllocFromPoolAsync(uint64_t *address, size_t bytes, void *pool, stream *s) {
  CURRENT("cuMemAllocFromPoolAsync");
  if (s->owner != current || pool != current) return INVALID_HANDLE;
  return s->captured ? CAPTURE_UNSUPPORTED : take(address, bytes);
}
EXPORT cuMemFreeAsync(uint64_t address, stream *s) {
  CURRENT("cuMemFreeAsync");
  if (s->owner != current) return INVALID_HANDLE;
  queue(s, FREE)->to = address;
  return 0;
}
EXPORT cuMemHostAlloc(void **address, size_t bytes, unsigned flags) {
  CURRENT("cuMemHostAlloc");
  (void)flags;
  *address = malloc(bytes);
  note("pinned %zu", bytes);
  return 0;
}
EXPORT cuMemFreeHost(void *address) { free(address); return 0; }

static int copy(stream *s, int kind, uint64_t to, uint64_t from, uint64_t bytes) {
  if (s->owner != current) return INVALID_HANDLE;
  work *w = queue(s, kind);
  w->to = to, w->from = from, w->bytes = bytes;
  return 0;
}
EXPORT cuMemcpyHtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, stream *s) {
  CURRENT("cuMemcpyHtoDAsync_v2");
  return copy(s, WRITE, to, from, bytes);
}
EXPORT cuMemcpyDtoHAsync_v2(uint64_t to, uint64_t from, size_t bytes, stream *s) {
  CURRENT("cuMemcpyDtoHAsync_v2");
  return copy(s, READ, to, from, bytes);
}

/* Streams and events. */
EXPORT cuStreamCreate(stream **s, unsigned flags) {
  CURRENT("cuStreamCreate");
  (void)flags;
  *s = calloc(1, sizeof **s);
  (*s)->owner = current;
  return 0;
}
EXPORT cuStreamDestroy_v2(stream *s) { LOCKED; free(s->queued.works); free(s); return 0; }
EXPORT cuStreamSynchronize(stream *s) {
  LOCKED;
  FAIL("cuStreamSynchronize");
  if (s->captured) return CAPTURE_UNSUPPORTED;
  note("synchronized");
  return drain(s, s->queued.count);
}
EXPORT cuEventCreate(event **e, unsigned flags) {
  (void)flags;
  *e = calloc(1, sizeof **e);
  return 0;
}
EXPORT cuEventDestroy_v2(event *e) { free(e); return 0; }
EXPORT cuEventRecord(event *e, stream *s) {
  CURRENT("cuEventRecord");
  if (s->owner != current) return INVALID_HANDLE;
  queue(s, MARK)->event = e;
  e->on = s;
  note("recorded an event");
  return 0;
}
EXPORT cuEventSynchronize(event *e) {
  LOCKED;
  note("waited for an event");
  if (!e->on) return 0;
  for (size_t i = 0; i < e->on->queued.count; i++)
    if (e->on->queued.works[i].kind == MARK && e->on->queued.works[i].event == e) return drain(e->on, i + 1);
  return e->on->owner->sticky;
}

/* Modules and launches. An image is the names of its kernels, one a line. */
EXPORT cuModuleLoadDataEx(module **m, const char *image, unsigned count, int *keys, void **values) {
  CURRENT("cuModuleLoadDataEx");
  if (strncmp(image, "bad", 3) == 0) {
    for (unsigned i = 0; i < count; i++)
      if (keys[i] == 5) strcpy(values[i], "ptxas: line 1, this is no PTX"); /* CU_JIT_ERROR_LOG_BUFFER */
    return INVALID_PTX;
  }
  *m = malloc(sizeof **m);
  **m = (module){current, strdup(image)};
  note("loaded a module");
  return 0;
}
EXPORT cuModuleUnload(module *m) { LOCKED; note("unloaded a module"); free(m->image); free(m); return 0; }
EXPORT cuModuleGetFunction(function **f, module *m, const char *name) {
  CURRENT("cuModuleGetFunction");
  const char *found = strstr(m->image, name);
  if (!found || found[strlen(name)] != '\n') return NOT_FOUND;
  *f = malloc(sizeof **f);
  (*f)->owner = m->owner;
  snprintf((*f)->name, sizeof (*f)->name, "%s", name);
  return 0;
}
EXPORT cuLaunchKernel(function *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                      unsigned shared, stream *s, void **parameters, void **extra) {
  CURRENT("cuLaunchKernel");
  if (f->owner != current || s->owner != current) return INVALID_HANDLE;
  if (gx < 1 || bx < 1 || bx > 1024 || gy != 1 || gz != 1 || by != 1 || bz != 1 || shared || parameters)
    return INVALID_VALUE;
  if ((uint64_t)extra[0] != 1 || (uint64_t)extra[2] != 2 || extra[4]) return INVALID_VALUE;
  uint64_t bytes = *(uint64_t *)extra[3];
  if (bytes > 4096) return INVALID_VALUE;
  work *w = queue(s, LAUNCH);
  memcpy(w->kernel, f->name, sizeof w->kernel);
  w->grid = gx, w->lanes = bx, w->bytes = bytes;
  memcpy(w->parameters, extra[1], bytes);
  note("launched %s %ux%u with %llu bytes", f->name, gx, bx, (unsigned long long)bytes);
  return 0;
}

/* Graphs: the works that a stream would have queued. */
EXPORT cuStreamBeginCapture_v2(stream *s, int mode) {
  CURRENT("cuStreamBeginCapture_v2");
  (void)mode;
  s->captured = calloc(1, sizeof(list));
  return 0;
}
EXPORT cuStreamEndCapture(stream *s, list **graph) {
  LOCKED;
  *graph = s->captured;
  s->captured = 0;
  return 0;
}
EXPORT cuGraphInstantiateWithFlags(list **instance, list *graph, uint64_t flags) {
  CURRENT("cuGraphInstantiateWithFlags");
  (void)flags;
  *instance = malloc(sizeof(list));
  **instance = (list){malloc(graph->count * sizeof(work) + 1), graph->count, graph->count};
  memcpy((*instance)->works, graph->works, graph->count * sizeof(work));
  note("made a graph of %zu", graph->count);
  return 0;
}
EXPORT cuGraphDestroy(list *graph) { free(graph->works); free(graph); return 0; }
EXPORT cuGraphExecDestroy(list *instance) { LOCKED; note("destroyed a graph"); free(instance->works); free(instance); return 0; }
EXPORT cuGraphLaunch(list *instance, stream *s) {
  CURRENT("cuGraphLaunch");
  if (s->owner != current) return INVALID_HANDLE;
  for (size_t i = 0; i < instance->count; i++) {
    work *w = queue(s, 0);
    *w = instance->works[i];
  }
  note("launched a graph");
  return 0;
}
