// What the file of a cell begins with. It includes that file, whose name is KERNELS, once for each
// type of stored activation, with ELEMENT the type and SUFFIX its name: the kernels stand under
// #ifdef ELEMENT, what calls them under #ifndef.
#include "CKernels.h"
#include "vector.h"

#define CK_PASTE2(a, b) a##b
#define CK_PASTE(a, b) CK_PASTE2(a, b)
#define NAME(function) CK_PASTE(function, SUFFIX)
#define LOAD CK_PASTE(ck_load_, SUFFIX)
#define STORE CK_PASTE(ck_store_, SUFFIX)

// Runs `block(n, j)` over the blocks of a row of the step's units: n of them from unit j. The call
// with a constant 16 lets the compiler unroll it into whole vectors.
#define FOR_BLOCKS(step, block)                         \
  do {                                                  \
    int64_t j = (step)->first;                          \
    for (; j + CK_BLOCK <= (step)->end; j += CK_BLOCK) { \
      const int n = CK_BLOCK;                           \
      block                                             \
    }                                                   \
    if (j < (step)->end) {                              \
      const int n = (int)((step)->end - j);             \
      block                                             \
    }                                                   \
  } while (0)

#define ELEMENT float
#define SUFFIX f32
#include KERNELS
#undef ELEMENT
#undef SUFFIX

#define ELEMENT uint16_t
#define SUFFIX bf16
#include KERNELS
#undef ELEMENT
#undef SUFFIX
