// How a protein is written down for a model that reads text.
#pragma once

#include <cstdint>
#include <string>

namespace groel::bio {

/// Residues in lines, with text around them; names of added tokens in it are those tokens.
struct TextForm {
  std::string before{};
  std::string after{};
  std::int64_t line = 0;  ///< residues of a line; 0: all are in one

  /// The residues and nothing else.
  static TextForm plain() { return {}; }
  bool operator==(const TextForm&) const = default;
};

}  // namespace groel::bio
