#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "scratch.h"

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local int32_t *scratch;
static _Thread_local int64_t scratch_words;

static void make_scratch_key(void) { pthread_key_create(&scratch_key, free); }

int32_t *ck_scratch(int64_t words) {
  if (words <= scratch_words) return scratch;
  pthread_once(&scratch_once, make_scratch_key);
  free(scratch);
  scratch = aligned_alloc(64, (size_t)(4 * words + 63) / 64 * 64);
  if (!scratch) {
    fprintf(stderr, "charlstm: out of memory: %lld bytes for a matrix product could not be had\n",
            (long long)(4 * words));
    abort();
  }
  pthread_setspecific(scratch_key, scratch);
  scratch_words = words;
  return scratch;
}
