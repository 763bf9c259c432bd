// All kernels, compiled as one.
#include "cells.cu"
#include "loss.cu"
#include "lstm_step.cu"
#include "optimizer.cu"
#include "rows.cu"
