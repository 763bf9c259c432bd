// The kernels themselves, compiled as C++.
#include "language.h"

#include "kernels.cu"
