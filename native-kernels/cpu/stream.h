/* Streams of data larger than the caches: what is read is asked for ahead, and stores go around them,
 * as a plain one would first fetch each line that it overwrites, and drive out lines that are still
 * wanted. */
#pragma once
#include <string.h>

#include "launch.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Bytes of a result from which this pays. */
enum { STREAMED_BYTES = 32 << 20 };

/* How many elements ahead memory is asked for. The processor guesses what will be read, but only
 * within a page. */
enum { AHEAD = 2048 };

static inline void prefetch(const char *from, int64_t bytes) {
  for (int64_t at = 0; at < bytes; at += 64) {
    __builtin_prefetch(from + at);
  }
}

/* Whether an element of so many bytes for each of the space makes as much. */
static inline int is_large(const struct launch *launch, int64_t bytes) {
  for (int64_t d = 0; d < launch->rank; d++) {
    bytes *= launch->shape[d];
  }
  return bytes >= STREAMED_BYTES;
}

/* 64 bytes to an address that is a multiple of it: at once where they can be, as what is gathered from
 * parts waits longer in the processor's few buffers for such stores. */
static inline void stream_line(char *to, const char *from) {
#if defined(__AVX512F__)
  _mm512_stream_si512((void *)to, _mm512_loadu_si512(from));
#elif defined(__SSE2__)
  for (int part = 0; part < 64; part += 16) {
    _mm_stream_si128((__m128i *)(to + part), _mm_loadu_si128((const __m128i *)(from + part)));
  }
#else
  memcpy(to, from, 64);
#endif
}

static inline void stream(char *to, const char *from, int64_t bytes) {
  int64_t done = (int64_t)(-(uintptr_t)to & 63);
  done = done < bytes ? done : bytes;
  memcpy(to, from, (size_t)done);
  for (; done + 64 <= bytes; done += 64) {
    stream_line(to + done, from + done);
  }
  memcpy(to + done, from + done, (size_t)(bytes - done));
}

/* Before anyone else may read what was streamed. */
static inline void stream_end(void) {
#ifdef __SSE2__
  _mm_sfence();
#endif
}
