// Text of any length to a file or to standard output, a piece at a time.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "base/compress.h"
#include "tasks/data/options.h"

namespace groel::tasks {

class TextOutput {
 public:
  /// Errors: usage where the file exists, unless it may be replaced; as AtomicFile.
  TextOutput(const OutputOptions& output, std::ostream& standard);
  TextOutput(const DataOptions& options, std::ostream& standard)
      : TextOutput({options.output, {}, options.overwrite}, standard) {}
  void add(std::string_view text);
  /// Gives the file its name.
  void finish();

 private:
  void put(const std::string& bytes);

  std::ostream& standard_;
  std::optional<AtomicFile> file_;
  std::optional<Compressor> compressor_;
};

}  // namespace groel::tasks
