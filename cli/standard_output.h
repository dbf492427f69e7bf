// Standard output: reports why a write failed, and makes text safe to show on a terminal.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace groel::cli {

/// Gathers what is printed and writes it to descriptor 1. A terminal gets control characters written out (see
/// base/printable.h); a file or a pipe gets the bytes as they are.
class StandardOutput final : public std::streambuf {
 public:
  StandardOutput();
  /// Writes what is left; a failure can no longer be reported.
  ~StandardOutput() override { put(gathered_.size()); }
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;
  std::ostream& stream() noexcept { return stream_; }
  /// Writes what is left. Errors: io, with the reason of the first write that failed.
  void finish();

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool put(std::size_t count);

  std::string gathered_;
  bool terminal_;
  int failure_ = 0;  // errno
  std::ostream stream_;
};

/// Whether whoever read standard output has gone, as `head` does when it has seen enough.
bool output_is_closed() noexcept;
/// Ends the process as the system ends those that write to a closed pipe: silently, by SIGPIPE.
[[noreturn]] void end_by_closed_pipe() noexcept;

}  // namespace groel::cli
