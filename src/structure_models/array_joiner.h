// Brings arrays of a file to the parts of a module: what are several layers of one input there is one here, norms
// before products go into them, and arrays of slots are matrices.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/arrays.h"

namespace groel::structure_models {

/// Takes arrays out of a map and puts others in. What is missing is left for loading to tell of.
class ArrayJoiner {
 public:
  explicit ArrayJoiner(io::ArrayMap& arrays) : arrays_(&arrays) {}

  /// A matrix of which columns become those of another; `columns`: as many as it has there, the rest zeros; -1: its
  /// own.
  struct Columns {
    std::string name;
    std::int64_t columns = -1;
  };
  /// Columns side by side. Nothing is done where one is missing.
  void join_columns(const std::vector<Columns>& parts, const std::string& to);
  void join_columns(const std::vector<std::string>& names, const std::string& to);
  /// a * b in place of a, under another name; in double precision.
  void multiply(const std::string& a, const std::string& b, const std::string& to);
  /// Of blocks 0, 1, … of a transformer: products of pairs `together` in one (0: all), each times the gain of the norm
  /// before it; and one norm without a gain, which all of them share. Where there is one norm for all already, it
  /// stays.
  void join_logits(const std::string& transformer, std::int64_t together, bool numbered);
  /// [slots, C, bins] -> [slots * bins, C]
  void turn_slots(const std::string& name, const std::string& to);

 private:
  struct Numbers;
  bool has(const std::string& name) const { return arrays_->contains(name); }
  Numbers take(const std::string& name);
  void put(const std::string& name, io::Array array) { (*arrays_)[name] = std::move(array); }

  io::ArrayMap* arrays_;
};

}  // namespace groel::structure_models
