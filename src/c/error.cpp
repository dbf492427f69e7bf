// Statuses of the C interface, and the last error of each thread.
#include "c/error.h"

#include <iterator>
#include <optional>

#include "base/version.h"

namespace groel::c {
namespace {

// In order of groel_status, from 1.
constexpr ErrorKind kErrorKinds[] = {ErrorKind::usage,       ErrorKind::not_found,   ErrorKind::bad_input,
                                     ErrorKind::bad_model,   ErrorKind::io,          ErrorKind::memory,
                                     ErrorKind::unsupported, ErrorKind::interrupted, ErrorKind::internal};
static_assert(std::size(kErrorKinds) == GROEL_INTERNAL);

constexpr groel_error kNoMemory{GROEL_MEMORY, "the system has no more memory to give",
                                "the system has no more memory to give", "", ""};

struct LastError {
  std::optional<KeptError> kept;
  const groel_error* shown = nullptr;
};
thread_local LastError last_error;

const ErrorKind* kind_of(groel_status status) noexcept {
  const auto at = static_cast<int>(status);
  return at >= 1 && at <= static_cast<int>(GROEL_INTERNAL) ? &kErrorKinds[at - 1] : nullptr;
}

}  // namespace

KeptError::KeptError(const Error& error)
    : message_(error.what()),
      what_(error.parts().what),
      where_(error.parts().where),
      remedy_(error.parts().remedy),
      plain_{status_of(error.kind()), message_.c_str(), what_.c_str(), where_.c_str(), remedy_.c_str()} {}

groel_status status_of(ErrorKind kind) noexcept {
  for (std::size_t i = 0; i < std::size(kErrorKinds); ++i)
    if (kErrorKinds[i] == kind) return static_cast<groel_status>(i + 1);
  return GROEL_INTERNAL;
}

groel_status keep(const Error& error) noexcept {
  try {
    last_error.kept.emplace(error);
    last_error.shown = &last_error.kept->plain();
  } catch (...) {
    last_error.shown = &kNoMemory;
  }
  return last_error.shown->status;
}

void fail_size(const char* name, std::size_t size, std::size_t own) {
  if (size == 0) throw Error(ErrorKind::usage, {"its size is 0", name, "set it to sizeof the struct"});
  throw Error(ErrorKind::usage, {"it has " + std::to_string(size) + " bytes, of which this version knows " +
                                     std::to_string(own) + ", and the others are not zero",
                                 name, "the program was made for another version of GroEL"});
}

}  // namespace groel::c

int groel_c_version(void) { return GROEL_C_VERSION; }
const char* groel_version(void) { return groel::kVersion; }

const groel_error* groel_last_error(void) { return groel::c::last_error.shown; }

const char* groel_status_name(groel_status status) {
  const groel::ErrorKind* const kind = groel::c::kind_of(status);
  if (kind != nullptr) return groel::name(*kind).data();
  return status == GROEL_OK ? "ok" : "unknown";
}

int groel_exit_code(groel_status status) {
  const groel::ErrorKind* const kind = groel::c::kind_of(status);
  if (kind != nullptr) return groel::exit_code(*kind);
  return status == GROEL_OK ? 0 : groel::exit_code(groel::ErrorKind::internal);
}
