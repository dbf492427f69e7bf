// Rewrites the library's messages about its fields in the words of the command line.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/progress.h"

namespace groel::tasks {

/// The library knows no flags: it names a field as `max_tokens`, and one with a value as `long=window`, in the marks
/// that are written here. Where that is an option of any task it becomes --max-tokens, and --long window.
std::string with_flags(std::string_view text);
Error with_flags(const Error& error);

/// Passes on what is said, with flags.
class FlagSink final : public Sink {
 public:
  explicit FlagSink(Sink& sink) : sink_(sink) {}
  void progress(const Progress& progress) override { sink_.progress(progress); }
  void progress_done() override { sink_.progress_done(); }
  void note(std::string_view text) override { sink_.note(with_flags(text)); }
  void warning(std::string_view text) override { sink_.warning(with_flags(text)); }

 private:
  Sink& sink_;
};

}  // namespace groel::tasks
