// Which sanitizer is on: fibers have to tell it when they change over.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EMULATION_ADDRESS_SANITIZER 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if __has_feature(thread_sanitizer)
#define EMULATION_THREAD_SANITIZER 1
#include <sanitizer/tsan_interface.h>
#endif
#endif
