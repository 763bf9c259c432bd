#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"baseline",    "avx2",        "avx2-vnni", "avx512",
                                    "avx512-vnni", "avx512-bf16", "amx"};

const char *ck_level_name(ck_level level) { return names[level]; }

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

// Linux saves the registers of tiles only for a process that has asked for it.
static bool may_use_tiles(void) {
  enum { request_permission = 0x1023, tile_data = 18 };
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

// The highest level whose instructions the CPU has and whose registers the system saves.
static ck_level best_level(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("x86-64-v3")) return CK_BASELINE;
  if (!__builtin_cpu_supports("x86-64-v4")) {
    // AVX-VNNI: leaf 7, subleaf 1, EAX bit 4.
    unsigned a = 0, b = 0, c = 0, d = 0;
    bool has_vnni = __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
    return has_vnni ? CK_AVX2_VNNI : CK_AVX2;
  }
  if (!__builtin_cpu_supports("avx512vnni")) return CK_AVX512;
  if (!__builtin_cpu_supports("avx512bf16")) return CK_AVX512_VNNI;
  bool has_tiles = __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16");
  return has_tiles && may_use_tiles() ? CK_AMX : CK_AVX512_BF16;
}

// AVX-VNNI beside AVX-512, for those who ask for that level.
bool ck_cpu_has(ck_level level) {
  if (level != CK_AVX2_VNNI) return level <= best_level();
  unsigned a = 0, b = 0, c = 0, d = 0;
  return best_level() >= CK_AVX2 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}

bool ck_cpu_is_intel(void) {
  __builtin_cpu_init();
  return __builtin_cpu_is("intel") != 0;
}
#else
static ck_level best_level(void) { return CK_BASELINE; }
bool ck_cpu_has(ck_level level) { return level == CK_BASELINE; }
bool ck_cpu_is_intel(void) { return false; }
#endif

static ck_level level = CK_BASELINE;

// Before anything else runs, so that every thread finds it.
__attribute__((constructor)) static void choose_level(void) {
  level = best_level();
  const char *wanted = getenv("CHARLSTM_CPU");
  if (!wanted || !*wanted) return;
  for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
    if (strcmp(wanted, names[i]) != 0 || !ck_cpu_has((ck_level)i)) continue;
    level = (ck_level)i;
    return;
  }
  fprintf(stderr, "CHARLSTM_CPU=%s is ignored: this CPU has", wanted);
  for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
    if (ck_cpu_has((ck_level)i)) fprintf(stderr, " %s", names[i]);
  }
  fprintf(stderr, "\n");
}

ck_level ck_cpu_level(void) { return level; }
