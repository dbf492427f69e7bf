// A folder for the temporary files of a program that is run.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/text_file.h"

namespace groel {

/// In the system's place for such; gone with all that is in it when this goes. Errors: io.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& purpose) {
    std::string name = (std::filesystem::temp_directory_path() / ("groel-" + purpose + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr)
      throw Error(ErrorKind::io, {"no folder for temporary files can be made",
                                  std::filesystem::temp_directory_path().string(), "TMPDIR names another place"});
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The last line of what a program printed, for an error; empty where there is none.
inline std::string last_line(const std::filesystem::path& log) {
  std::error_code ignored;
  if (!std::filesystem::exists(log, ignored)) return {};
  const std::string text = read_text(log);
  const std::size_t end = text.find_last_not_of(" \n");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end) + 1;  // 0 where there is none
  return text.substr(begin, end + 1 - begin);
}

}  // namespace groel
