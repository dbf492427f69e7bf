// Names for the objects of an HDF5 file, made from sequence ids.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace groel::formats::h5 {

/// Gives every id a name of its own: '/' becomes '_' (as in bio_embeddings), "" and "." become "_"; of equal names the
/// second gets "~2" after it, the third "~3", … (the next number when that name is taken too).
class LinkNames {
 public:
  std::string next(std::string_view id);

 private:
  std::unordered_map<std::string, int> uses_;  // name -> the last number given out for it
};

}  // namespace groel::formats::h5
