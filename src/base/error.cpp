// The table of error kinds and the text of an error.
#include "base/error.h"

#include <array>
#include <cerrno>
#include <cstring>

#include "base/printable.h"
#include "base/words.h"

namespace groel {
namespace {

struct KindRow {
  ErrorKind kind;
  std::string_view name;
  int exit_code;
  int http_status;
};

// Exit status 1 is not here: it means "finished, but some records failed".
constexpr std::array<KindRow, 9> kKinds{{
    {ErrorKind::usage, "usage", 2, 400},
    {ErrorKind::not_found, "not_found", 3, 404},
    {ErrorKind::bad_input, "bad_input", 4, 422},
    {ErrorKind::bad_model, "bad_model", 5, 422},
    {ErrorKind::io, "io", 6, 500},
    {ErrorKind::memory, "memory", 7, 507},
    {ErrorKind::unsupported, "unsupported", 8, 501},
    {ErrorKind::interrupted, "interrupted", 130, 503},
    {ErrorKind::internal, "internal", 70, 500},
}};

const KindRow& row(ErrorKind kind) noexcept {
  for (const KindRow& candidate : kKinds)
    if (candidate.kind == kind) return candidate;
  return kKinds.back();
}

std::string text(const Error::Parts& parts) {
  std::string out;
  // Names come from files: they must not end the text (NUL) or steer a terminal.
  if (!parts.where.empty()) out += printable(parts.where, LineEnds::escape) + ": ";
  out += printable(parts.what);
  if (!parts.remedy.empty()) out += "\n  " + printable(parts.remedy);
  return out;
}

}  // namespace

std::string_view name(ErrorKind kind) noexcept { return row(kind).name; }
int exit_code(ErrorKind kind) noexcept { return row(kind).exit_code; }
int http_status(ErrorKind kind) noexcept { return row(kind).http_status; }

Error::Error(ErrorKind kind, Parts parts) : std::runtime_error(text(parts)), kind_(kind), parts_(std::move(parts)) {}

Error Error::at(std::string_view outer) const {
  Parts parts = parts_;
  parts.where = parts.where.empty() ? std::string(outer) : fmt::format("{}: {}", outer, parts.where);
  return Error(kind_, std::move(parts));
}

void fail_requirement(const char* condition, const char* file, int line) {
  throw Error(ErrorKind::internal, {fmt::format("requirement failed: {}", condition), fmt::format("{}:{}", file, line),
                                    "this is a defect of GroEL; please report it"});
}

void throw_errno(const std::string& path, const std::string& doing, int error_number) {
  const ErrorKind kind = error_number == ENOENT   ? ErrorKind::not_found
                         : error_number == ENOMEM ? ErrorKind::memory
                                                  : ErrorKind::io;
  std::string remedy;
  if (error_number == ENOMEM) remedy = "the system gives no more memory: raise its limit (ulimit -v)";
  if (error_number == EMFILE) remedy = "too many files are open at once: raise the limit (ulimit -n)";
  if (error_number == ENOENT) remedy = missing_path_remedy(path);
  if (error_number == ENOSPC) remedy = "free some space, or write to another disk";
  if (error_number == EACCES) remedy = "check the permissions of the file and of its folder";
  throw Error(kind, {fmt::format("cannot {}: {}", doing, std::strerror(error_number)), path, remedy});
}

}  // namespace groel
