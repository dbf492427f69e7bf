// What every fuzzer of checkpoints checks.
#pragma once

#include <cstdlib>

#include "base/error.h"

namespace groel::fuzz {

/// Runs `work`, which may throw groel::Error of any kind but internal; anything else ends the fuzzer.
template <class Work>
void guarded(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) std::abort();
  }
}

}  // namespace groel::fuzz
