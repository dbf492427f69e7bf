// Where an output really goes: links followed, and devices, pipes and terminals told from files.
#pragma once

#include <filesystem>

namespace groel {

struct OutputPlace {
  std::filesystem::path path;  ///< of a special file as it was named, else what stands behind all links
  bool special = false;        ///< a device, a pipe, a terminal or an open descriptor: written to, never replaced
};

/// Nothing needs to stand there.
OutputPlace output_place(const std::filesystem::path& path);

/// Whether a path is another name of standard output, as /dev/stdout.
bool names_standard_output(const std::filesystem::path& path);

/// Whether a file or a folder stands there, which an output would replace: special files it does not.
bool output_stands(const std::filesystem::path& path);

}  // namespace groel
