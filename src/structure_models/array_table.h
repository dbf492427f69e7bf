// The arrays that a file of open weights holds, by their published names, with axes of which many are one size.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "structure_models/record_rules.h"

namespace groel::structure_models {

/// Sizes by the names that a table has for them ("z").
using NamedSizes = std::map<std::string, std::int64_t>;

class ArrayTable {
 public:
  /// An axis: a number, or the name of a size that arrays share.
  using Axes = std::vector<std::string>;

  void add(const std::string& name, Axes axes) { entries_.push_back({name, std::move(axes)}); }
  void weight(const std::string& at, const std::string& out, const std::string& in) { add(at + ".weight", {out, in}); }
  void biased(const std::string& at, const std::string& out, const std::string& in) {
    weight(at, out, in);
    add(at + ".bias", {out});
  }
  void norm(const std::string& at, const std::string& width) {
    add(at + ".weight", {width});
    add(at + ".bias", {width});
  }
  void gain(const std::string& at, const std::string& width) { add(at + ".weight", {width}); }

  /// Of each size the value that most arrays have, so that the array which differs is the one that is told of.
  NamedSizes sizes(const io::ArrayMap& published) const;
  /// What there has to be (check_records); the rules make nothing. A size that is not known counts as 0.
  std::vector<RecordRule> rules(const NamedSizes& sizes) const;

 private:
  struct Entry {
    std::string name;
    Axes axes;
  };
  std::vector<Entry> entries_;
};

/// How many blocks a file has whose names begin so.
std::int64_t published_blocks(const io::ArrayMap& published, const std::string& at);

/// `add(name of the block with a dot, whether it is the last)` for each.
template <class Add>
void each_block(std::int64_t blocks, const std::string& at, const Add& add) {
  for (std::int64_t block = 0; block < blocks; ++block) add(fmt::format("{}{}.", at, block), block + 1 == blocks);
}

}  // namespace groel::structure_models
