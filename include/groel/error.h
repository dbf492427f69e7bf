// The one error type of GroEL: its kind, what went wrong, where, and what to do about it.
#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace groel {

/// What kind of thing went wrong. Exit codes and HTTP statuses come from one table (`exit_code`, `http_status`).
enum class ErrorKind {
  usage,        ///< the caller asked for something that makes no sense (flag, option, combination)
  not_found,    ///< a named file, model or record is not there
  bad_input,    ///< a record or data file is malformed
  bad_model,    ///< a checkpoint or its configuration is malformed, incomplete or not what it claims to be
  io,           ///< the system refused to read or write (permission, full disk, closed pipe)
  memory,       ///< the work does not fit in the memory allowed
  unsupported,  ///< sound, but not something this build, machine or model can do
  interrupted,  ///< stopped by a signal
  internal,     ///< a defect of ours
};

/// Snake-case name of a kind, as it is written in JSON (`"bad_input"`).
std::string_view name(ErrorKind kind) noexcept;
/// Process exit status of a kind (documented in docs/errors.md).
int exit_code(ErrorKind kind) noexcept;
/// HTTP status of a kind.
int http_status(ErrorKind kind) noexcept;

/// Thrown by every part of the library; `what()` is "where: what (remedy)".
class Error : public std::runtime_error {
 public:
  struct Parts {
    std::string what;    ///< what went wrong, one sentence without a full stop
    std::string where;   ///< file, line, record or tensor; may be empty
    std::string remedy;  ///< what to do about it; may be empty
  };

  Error(ErrorKind kind, Parts parts);
  template <class Text>
  requires std::convertible_to<Text, std::string> Error(ErrorKind kind, Text&& what)
      : Error(kind, Parts{std::forward<Text>(what), {}, {}}) {}

  ErrorKind kind() const noexcept { return kind_; }
  const Parts& parts() const noexcept { return parts_; }
  /// The same error seen from further out: `outer` is put before `where`.
  Error at(std::string_view outer) const;

 private:
  ErrorKind kind_;
  Parts parts_;
};

}  // namespace groel
