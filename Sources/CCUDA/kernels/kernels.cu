// All kernels, compiled as one.
#include "cells.cu"
#include "classes.cu"
#include "loss.cu"
#include "lstm_step.cu"
#include "optimizer.cu"
#include "pool.cu"
#include "rows.cu"
#include "touched.cu"
