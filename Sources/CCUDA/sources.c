#include "CCUDA.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// clang-format off
#define SOURCE(symbol) static const char symbol[] = {
#define END , 0};

SOURCE(kernel_arguments_text)
#embed "include/kernel_arguments.h"
END
SOURCE(stored_text)
#embed "kernels/stored.cuh"
END
SOURCE(reduction_text)
#embed "kernels/reduction.cuh"
END
SOURCE(kernels_text)
#embed "kernels/kernels.cu"
END
SOURCE(cells_text)
#embed "kernels/cells.cu"
END
SOURCE(classes_text)
#embed "kernels/classes.cu"
END
SOURCE(rows_text)
#embed "kernels/rows.cu"
END
SOURCE(touched_text)
#embed "kernels/touched.cu"
END
SOURCE(loss_text)
#embed "kernels/loss.cu"
END
SOURCE(lstm_step_text)
#embed "kernels/lstm_step.cu"
END
SOURCE(tensor_cores_text)
#embed "kernels/tensor_cores.cuh"
END
SOURCE(optimizer_text)
#embed "kernels/optimizer.cu"
END
SOURCE(pool_text)
#embed "kernels/pool.cu"
END

static const ccuda_source all[] = {
  {"kernels.cu", kernels_text},
  {"kernel_arguments.h", kernel_arguments_text},
  {"stored.cuh", stored_text},
  {"reduction.cuh", reduction_text},
  {"cells.cu", cells_text},
  {"classes.cu", classes_text},
  {"rows.cu", rows_text},
  {"touched.cu", touched_text},
  {"loss.cu", loss_text},
  {"lstm_step.cu", lstm_step_text},
  {"tensor_cores.cuh", tensor_cores_text},
  {"optimizer.cu", optimizer_text},
  {"pool.cu", pool_text},
};
const ccuda_source *const ccuda_sources = all;
const int ccuda_source_count = sizeof all / sizeof *all;
