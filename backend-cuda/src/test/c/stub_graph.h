/* Graphs of the stub driver: what is queued on a stream that captures is kept and not run. Memory may
 * neither be taken nor given back there, nor waited for, nor copied. */
#pragma once
#include "stub_queue.h"

typedef struct {
  context* owner;
  list works;
} graph;

/* Who does on a capturing stream what no capture survives. */
#define NOT_CAPTURED(s)             \
  do {                              \
    if ((s)->capturing) {           \
      (s)->capturing = INVALIDATED; \
      return CAPTURE_UNSUPPORTED;   \
    }                               \
  } while (0)

EXPORT cuStreamBeginCapture_v2(stream* s, int mode) {
  CURRENT("cuStreamBeginCapture_v2");
  if (s->owner != current || mode != 2) return INVALID_VALUE;
  s->capturing = CAPTURES;
  note("began a capture");
  return 0;
}
EXPORT cuStreamEndCapture(stream* s, graph** made) {
  LOCKED;
  *made = NULL;
  int was = s->capturing;
  s->capturing = 0;
  list works = s->captured;
  memset(&s->captured, 0, sizeof s->captured);
  int failed = fails("cuStreamEndCapture");
  if (failed || was != CAPTURES) {
    free(works.works);
    note("lost a capture");
    return failed ? failed : CAPTURE_INVALIDATED;
  }
  *made = malloc(sizeof **made);
  **made = (graph){s->owner, works};
  note("captured %zu", works.count);
  return 0;
}
EXPORT cuGraphInstantiateWithFlags(graph** made, graph* from, unsigned long long flags) {
  CURRENT("cuGraphInstantiateWithFlags");
  if (flags) return INVALID_VALUE;
  *made = calloc(1, sizeof **made);
  (*made)->owner = from->owner;
  for (size_t i = 0; i < from->works.count; i++)
    *append(&(*made)->works, LAUNCH) = from->works.works[i];
  note("instantiated a graph");
  return 0;
}
static int drop(graph* g, const char* what) {
  free(g->works.works);
  free(g);
  note("destroyed %s", what);
  return 0;
}
EXPORT cuGraphDestroy(graph* g) {
  LOCKED;
  return drop(g, "a graph");
}
EXPORT cuGraphExecDestroy(graph* g) {
  LOCKED;
  return drop(g, "an executable graph");
}
EXPORT cuGraphLaunch(graph* g, stream* s) {
  CURRENT("cuGraphLaunch");
  if (s->owner != current || g->owner != current || s->capturing) return INVALID_HANDLE;
  for (size_t i = 0; i < g->works.count; i++) *queue(s, LAUNCH) = g->works.works[i];
  note("launched a graph of %zu", g->works.count);
  return 0;
}
