#include <map>
#include <string>

#include "CUDATesting.h"
#include "functions.h"

namespace emulation {

namespace {

const std::map<std::string, void *> &symbols() {
#define SYMBOL(name) {#name, reinterpret_cast<void *>(&name)},
  static const std::map<std::string, void *> symbols = {
      DRIVER_FUNCTIONS(SYMBOL) COMPILER_FUNCTIONS(SYMBOL) BLAS_FUNCTIONS(SYMBOL)};
#undef SYMBOL
  return symbols;
}

}  // namespace

}  // namespace emulation

void *cuda_testing_symbol(const char *name) {
  auto found = emulation::symbols().find(name);
  return found == emulation::symbols().end() ? nullptr : found->second;
}
