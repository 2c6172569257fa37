/* What the stub driver keeps: its state, its log, and what is queued on streams. */
#pragma once
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default"))) int
#define LOCKED __attribute__((cleanup(leave), unused)) int locked = enter()

enum {
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  INVALID_PTX = 218,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901
};
enum { CAPTURES = 1, INVALIDATED };
enum { DEVICES = 2, MOST_QUEUED = 1024 };

typedef struct {
  int device, sticky, retained;
  uint64_t taken;
} context;
typedef struct {
  int kind;
  char kernel[64];
  uint32_t grid, lanes;
  uint64_t to, from, bytes;
  void* event;
  uint8_t parameters[4096];
} work;
typedef struct {
  work* works;
  size_t count, room;
} list;
typedef struct {
  context* owner;
  list queued, captured;
  int capturing;
} stream;
typedef struct {
  stream* on;
} event;
typedef struct {
  context* owner;
  char* image;
} module;
typedef struct {
  context* owner;
  char name[64];
} function;
typedef struct block {
  uint64_t bytes;
  struct block* next;
  context* owner;
} block;

enum { LAUNCH, WRITE, READ, FREE, MARK };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static context contexts[DEVICES];
static _Thread_local context* current;
static block* blocks;
static uint64_t capacity = 1ull << 30;
static int version = 12040, pools = 1, devices = DEVICES, logging, fail_status, fail_count;
static char fail_name[64], text[1 << 20];
static size_t text_used;

static int enter(void) { return pthread_mutex_lock(&mutex); }
static void leave(int* locked) {
  pthread_mutex_unlock(&mutex);
  (void)locked;
}

static void note(const char* format, ...) {
  if (!logging || text_used > sizeof text - 512) return;
  va_list arguments;
  va_start(arguments, format);
  text_used += (size_t)vsnprintf(text + text_used, 500, format, arguments);
  va_end(arguments);
  text[text_used++] = '\n';
  text[text_used] = 0;
}

/* What tests set and ask. */
EXPORT stub_fail(const char* name, int status, int count) {
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
  version = 12040, pools = 1, devices = DEVICES, logging = 1, fail_count = 0, text_used = 0,
  text[0] = 0;
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
__attribute__((visibility("default"))) const char* stub_log(void) { return text; }
__attribute__((visibility("default"))) uint64_t stub_taken(int device) {
  return contexts[device].taken;
}
EXPORT stub_retained(int device) { return contexts[device].retained; }

static int fails(const char* name) {
  return fail_count > 0 && strcmp(name, fail_name) == 0 ? fail_count--, fail_status : 0;
}
#define FAIL(name)               \
  do {                           \
    int status_ = fails(name);   \
    if (status_) return status_; \
  } while (0)
#define CURRENT(name)                   \
  LOCKED;                               \
  FAIL(name);                           \
  if (!current) return INVALID_CONTEXT; \
  if (current->sticky) return current->sticky

static int inside(uint64_t address, uint64_t bytes, context* owner) {
  for (block* b = blocks; b; b = b->next)
    if (b->owner == owner && address >= (uint64_t)(b + 1) &&
        address + bytes <= (uint64_t)(b + 1) + b->bytes)
      return 1;
  return 0;
}

static void release(uint64_t address) {
  for (block** at = &blocks; *at; at = &(*at)->next)
    if ((uint64_t)(*at + 1) == address) {
      block* gone = *at;
      *at = gone->next;
      gone->owner->taken -= gone->bytes;
      memset(gone + 1, 0xee, gone->bytes);
      free(gone);
      return;
    }
}

/* ramp: c[i] = a[i] + step * i; sum_words: c[i] = the sum of all words; crash: reads what is
 * nobody's. */
static void run_kernel(context* owner, work* w) {
  uint64_t* p = (uint64_t*)w->parameters;
  uint64_t lanes = (uint64_t)w->grid * w->lanes;
  if (strncmp(w->kernel, "ramp", 4) == 0) {
    float *a = (float*)p[0], *c = (float*)p[1];
    int64_t step = (int64_t)p[2], n = (int64_t)p[3];
    if (!inside(p[1], 4 * (uint64_t)n, owner) || (a && !inside(p[0], 4 * (uint64_t)n, owner))) {
      owner->sticky = ILLEGAL_ADDRESS;
      return;
    }
    for (int64_t i = 0; i < n && i < (int64_t)lanes; i++) c[i] = (a ? a[i] : 0) + (float)(step * i);
  } else if (strcmp(w->kernel, "sum_words") == 0) {
    int64_t sum = 0;
    for (uint64_t i = 1; i < w->bytes / 8; i++) sum += (int64_t)p[i];
    for (uint64_t i = 0; i < lanes; i++) ((float*)p[0])[i] = (float)sum;
  } else if (strcmp(w->kernel, "crash") == 0) {
    owner->sticky = ILLEGAL_ADDRESS;
  }
}

static void run(stream* s, work* w) {
  context* owner = s->owner;
  if (owner->sticky) return;
  if (w->kind == LAUNCH) {
    note("run %s", w->kernel);
    run_kernel(owner, w);
  } else if (w->kind == WRITE || w->kind == READ) {
    note(w->kind == WRITE ? "copied to the device %llu" : "copied to the host %llu",
         (unsigned long long)w->bytes);
    if (inside(w->kind == WRITE ? w->to : w->from, w->bytes, owner))
      memcpy((void*)w->to, (void*)w->from, w->bytes);
    else
      owner->sticky = ILLEGAL_ADDRESS;
  } else if (w->kind == FREE) {
    note("freed");
    release(w->to);
  }
}

static int drain(stream* s, size_t count) {
  for (size_t i = 0; i < count; i++) run(s, &s->queued.works[i]);
  memmove(s->queued.works, s->queued.works + count, (s->queued.count - count) * sizeof(work));
  s->queued.count -= count;
  return s->owner->sticky;
}

static work* append(list* to, int kind) {
  if (to->count == to->room) {
    to->room = to->room ? 2 * to->room : 16;
    to->works = realloc(to->works, to->room * sizeof(work));
  }
  work* w = &to->works[to->count++];
  w->kind = kind;
  return w;
}

static work* queue(stream* s, int kind) {
  if (s->capturing) return append(&s->captured, kind);
  if (s->queued.count >= MOST_QUEUED) drain(s, s->queued.count);
  return append(&s->queued, kind);
}
