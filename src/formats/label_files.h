// Names of files made of labels, as fair-esm's script makes them.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace groel::formats {

/// "a b.pt" of "a b"; '/' makes folders, as there. Otherwise than there no label leaves the folder (parts that are
/// empty,
/// "." or ".." become "_"), long ones are cut (to 200 bytes and the first 8 digits of the label's SHA-256), and of two
/// labels with one name the second gets "~2" after it.
class LabelFiles {
 public:
  std::filesystem::path next(std::string_view label);

 private:
  bool is_free(const std::filesystem::path& file) const;

  std::set<std::filesystem::path> files_, folders_;
};

}  // namespace groel::formats
