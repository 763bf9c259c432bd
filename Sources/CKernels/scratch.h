#pragma once

#include <stdint.h>

// At least `words` words of 32 bits, of the calling thread's own, at a multiple of 64 bytes. They stay
// until it asks for more or ends.
int32_t *ck_scratch(int64_t words);
