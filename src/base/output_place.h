// Where an output really goes: follows links, and tells devices, pipes and terminals from files.
#pragma once

#include <filesystem>

namespace groel {

struct OutputPlace {
  std::filesystem::path path;  ///< of a special file as it was named, else what is at the end of all links
  bool special = false;        ///< a device, a pipe, a terminal or an open descriptor: written to, never replaced
};

/// Nothing needs to exist there.
OutputPlace output_place(const std::filesystem::path& path);

/// Whether a path is another name of standard output, as /dev/stdout.
bool names_standard_output(const std::filesystem::path& path);

/// Whether a file or a folder exists there, which an output would replace: special files it does not.
bool output_stands(const std::filesystem::path& path);

}  // namespace groel
