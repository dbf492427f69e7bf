// Errors at the border of the C interface: exceptions become statuses, and what they say is kept for the thread.
#pragma once

#include <groel/c.h>
#include <groel/error.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <string>

namespace groel::c {

/// A groel_error with the texts that it points to.
class KeptError {
 public:
  explicit KeptError(const Error& error);
  KeptError(const KeptError&) = delete;
  KeptError& operator=(const KeptError&) = delete;

  const groel_error& plain() const noexcept { return plain_; }

 private:
  std::string message_, what_, where_, remedy_;
  groel_error plain_;
};

groel_status status_of(ErrorKind kind) noexcept;
/// Keeps it for groel_last_error.
groel_status keep(const Error& error) noexcept;

/// Runs `body`; whatever it throws becomes a status.
template <class Body>
groel_status guarded(const Body& body) noexcept {
  try {
    body();
    return GROEL_OK;
  } catch (const Error& error) {
    return keep(error);
  } catch (const std::bad_alloc&) {
    return keep({ErrorKind::memory, "the system has no more memory to give"});
  } catch (const std::exception& error) {
    return keep({ErrorKind::internal, std::string(error.what())});
  } catch (...) {
    return keep({ErrorKind::internal, "an exception of an unknown type"});
  }
}

/// What a function needs. Errors: usage.
template <class T>
T& needed(T* argument, const char* name) {
  if (argument == nullptr) throw Error(ErrorKind::usage, {"it is NULL", name, {}});
  return *argument;
}

/// Throws the error of a struct's size.
[[noreturn]] void fail_size(const char* name, std::size_t size, std::size_t own);

/// Options as this version has them: what the caller's struct lacks is zero. Errors: usage, for a struct that says more
/// than this version knows, or whose size was not set.
template <class Options>
Options read_options(const Options* given, const char* name) {
  Options out{};
  if (given == nullptr) return out;
  if (given->size < sizeof given->size) fail_size(name, given->size, sizeof out);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t i = sizeof out; i < given->size; ++i)
    if (bytes[i] != 0) fail_size(name, given->size, sizeof out);
  std::memcpy(&out, given, given->size < sizeof out ? given->size : sizeof out);
  return out;
}

}  // namespace groel::c
