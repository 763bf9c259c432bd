// All kernels, compiled as one.
#include "cells.cu"
#include "loss.cu"
#include "optimizer.cu"
#include "rows.cu"
