// What the part with FAISS hands to the program.
#pragma once

#include "analysis/quantised.h"

namespace groel::analysis {

struct QuantisedModule {
  int version;  ///< kQuantisedModule of the program that it belongs to
  /// Of a shape that is possible; `threads` at a time.
  std::unique_ptr<QuantisedIndex> (*build)(const UnitRows& data, const QuantisedShape& shape,
                                           const QuantisedOptions& options, int threads);
  /// nullptr, where that is none.
  std::unique_ptr<QuantisedIndex> (*open)(std::span<const std::byte> bytes);
};

inline constexpr int kQuantisedModule = 1;
inline constexpr const char* kQuantisedEntry = "groel_faiss_module";

}  // namespace groel::analysis
