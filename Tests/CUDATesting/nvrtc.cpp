// NVRTC as a check of what it is given: the kernels are compiled already.
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "CCUDA.h"
#include "functions.h"
#include "objects.h"
#include "record.h"

struct _nvrtcProgram {
  std::string source;
  std::map<std::string, std::string> headers;
  bool is_compiled;
  std::string binary, assembly, log;
};

namespace emulation {

namespace {

// nvrtcResult
enum {
  success = 0,
  creation_failure = 2,
  invalid_input = 3,
  invalid_program = 4,
  invalid_option = 5,
  compilation = 6,
};

// Those of 12.8.
// No version that exists: kernels that are kept on disk are named by it.
constexpr int compiler_major = 0, compiler_minor = 0;
constexpr int architectures[] = {50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90, 100, 101, 120};

std::set<nvrtc_program> programs;

bool is_supported(int architecture) {
  for (int supported : architectures) {
    if (supported == architecture) return true;
  }
  return false;
}

const char *after(const std::string &option, const char *prefix) {
  size_t length = strlen(prefix);
  return option.compare(0, length, prefix) == 0 ? option.c_str() + length : nullptr;
}

// What of the kernels' sources the program lacks, or has in other words.
std::string missing(const _nvrtcProgram &program) {
  for (int i = 0; i < ccuda_source_count; ++i) {
    std::string name = ccuda_sources[i].name;
    if (name == "kernels.cu") {
      if (program.source != ccuda_sources[i].text) return "the program is not kernels.cu";
    } else {
      auto header = program.headers.find(name);
      if (header == program.headers.end()) return "cannot open source file \"" + name + "\"";
      if (header->second != ccuda_sources[i].text) return name + " is another one";
    }
  }
  return "";
}

int copy(const std::string &text, char *out) {
  memcpy(out, text.c_str(), text.size() + 1);
  return success;
}

int fail(_nvrtcProgram &program, int error, const std::string &log) {
  program.log = log;
  return report(error, log);
}

}  // namespace

std::string make_image(bool is_binary, int architecture, bool is_specific) {
  return std::string(is_binary ? "emulated cubin " : "emulated ptx ") + std::to_string(architecture) +
         (is_specific ? "a" : "");
}

int count_programs() { return int(programs.size()); }

#define BEGIN(function)      \
  const Call call(#function); \
  if (call.error != 0) return call.error;

#define BEGIN_PROGRAM(function)                                            \
  BEGIN(function)                                                          \
  if (programs.count(program) == 0) return report(invalid_program, #function ": no program");

#define BEGIN_COMPILED(function)                                           \
  BEGIN_PROGRAM(function)                                                  \
  if (!program->is_compiled) return report(invalid_program, #function ": the program is not compiled");

const char *nvrtcGetErrorString(nvrtc_result result) {
  const Call call("nvrtcGetErrorString");
  switch (result) {
    case success: return "NVRTC_SUCCESS";
    case creation_failure: return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
    case invalid_input: return "NVRTC_ERROR_INVALID_INPUT";
    case invalid_program: return "NVRTC_ERROR_INVALID_PROGRAM";
    case invalid_option: return "NVRTC_ERROR_INVALID_OPTION";
    case compilation: return "NVRTC_ERROR_COMPILATION";
    default: return "NVRTC_ERROR unknown";
  }
}

nvrtc_result nvrtcVersion(int *major, int *minor) {
  BEGIN(nvrtcVersion)
  *major = compiler_major;
  *minor = compiler_minor;
  return success;
}

nvrtc_result nvrtcGetNumSupportedArchs(int *count) {
  BEGIN(nvrtcGetNumSupportedArchs)
  *count = int(sizeof architectures / sizeof *architectures);
  return success;
}

nvrtc_result nvrtcGetSupportedArchs(int *out) {
  BEGIN(nvrtcGetSupportedArchs)
  memcpy(out, architectures, sizeof architectures);
  return success;
}

nvrtc_result nvrtcCreateProgram(nvrtc_program *program, const char *source, const char *, int header_count,
                                const char *const *headers, const char *const *header_names) {
  BEGIN(nvrtcCreateProgram)
  if (program == nullptr || source == nullptr || header_count < 0) return report(invalid_input, "nvrtcCreateProgram");
  *program = new _nvrtcProgram{source, {}, false, "", "", ""};
  for (int i = 0; i < header_count; ++i) (*program)->headers[header_names[i]] = headers[i];
  programs.insert(*program);
  return success;
}

nvrtc_result nvrtcDestroyProgram(nvrtc_program *program) {
  BEGIN(nvrtcDestroyProgram)
  if (program == nullptr || programs.erase(*program) == 0) return report(invalid_program, "nvrtcDestroyProgram");
  delete *program;
  *program = nullptr;
  return success;
}

nvrtc_result nvrtcCompileProgram(nvrtc_program program, int option_count, const char *const *options) {
  BEGIN_PROGRAM(nvrtcCompileProgram)
  static const char *const others[] = {
      "--std=", "-std=", "--fmad=", "-fmad=", "--ftz=", "-ftz=", "--prec-div=", "-prec-div=", "--prec-sqrt=",
      "-prec-sqrt=", "--use_fast_math", "-use_fast_math", "--define-macro=", "-D", "--generate-line-info", "-lineinfo",
      "--device-as-default-execution-space", "-default-device", "--maxrregcount=", "-maxrregcount=", "--restrict",
      "-restrict", "--extra-device-vectorization", "-extra-device-vectorization", "--disable-warnings", "-w",
      "--diag-suppress=", "-diag-suppress="};
  std::string architecture = "compute_75";
  for (int i = 0; i < option_count; ++i) {
    std::string option = options[i];
    const char *value = after(option, "--gpu-architecture=");
    if (value == nullptr) value = after(option, "-arch=");
    if (value != nullptr) {
      architecture = value;
      continue;
    }
    bool is_known = false;
    for (const char *other : others) is_known |= after(option, other) != nullptr;
    if (!is_known) return fail(*program, invalid_option, "unrecognized option " + option);
  }

  const char *binary = after(architecture, "sm_");
  const char *number = binary != nullptr ? binary : after(architecture, "compute_");
  char *end = nullptr;
  int value = number == nullptr ? 0 : int(strtol(number, &end, 10));
  bool is_specific = end != nullptr && strcmp(end, "a") == 0;
  if (!is_supported(value) || !(is_specific || *end == 0) || (is_specific && value < 90)) {
    return fail(*program, invalid_option, "invalid value for --gpu-architecture: " + architecture);
  }
  std::string lacks = missing(*program);
  if (!lacks.empty()) return fail(*program, compilation, lacks);
  program->is_compiled = true;
  program->log.clear();
  program->binary = binary != nullptr ? make_image(true, value, is_specific) : "";
  program->assembly = make_image(false, value, is_specific);
  return success;
}

// 0 where the architecture is a virtual one.
nvrtc_result nvrtcGetCUBINSize(nvrtc_program program, size_t *bytes) {
  BEGIN_COMPILED(nvrtcGetCUBINSize)
  *bytes = program->binary.empty() ? 0 : program->binary.size() + 1;
  return success;
}

nvrtc_result nvrtcGetCUBIN(nvrtc_program program, char *out) {
  BEGIN_COMPILED(nvrtcGetCUBIN)
  if (program->binary.empty()) return report(invalid_program, "nvrtcGetCUBIN: of a virtual architecture");
  return copy(program->binary, out);
}

nvrtc_result nvrtcGetPTXSize(nvrtc_program program, size_t *bytes) {
  BEGIN_COMPILED(nvrtcGetPTXSize)
  *bytes = program->assembly.size() + 1;
  return success;
}

nvrtc_result nvrtcGetPTX(nvrtc_program program, char *out) {
  BEGIN_COMPILED(nvrtcGetPTX)
  return copy(program->assembly, out);
}

nvrtc_result nvrtcGetProgramLogSize(nvrtc_program program, size_t *bytes) {
  BEGIN_PROGRAM(nvrtcGetProgramLogSize)
  *bytes = program->log.size() + 1;
  return success;
}

nvrtc_result nvrtcGetProgramLog(nvrtc_program program, char *out) {
  BEGIN_PROGRAM(nvrtcGetProgramLog)
  return copy(program->log, out);
}

}  // namespace emulation
