// The public error type for use inside the library, and helpers that format and throw errors.
#pragma once

#include <fmt/core.h>
#include <groel/error.h>

#include <string>

namespace groel {

/// Throws an internal error naming the broken contract; for conditions that only a defect of ours can break.
#define GROEL_REQUIRE(condition)                                                 \
  do {                                                                           \
    if (!(condition)) ::groel::fail_requirement(#condition, __FILE__, __LINE__); \
  } while (false)

[[noreturn]] void fail_requirement(const char* condition, const char* file, int line);

/// "path: <text of errno>" as an `io` (or `not_found`) error.
[[noreturn]] void throw_errno(const std::string& path, const std::string& doing, int error_number);

}  // namespace groel
