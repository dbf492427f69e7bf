// A sample of the pairs of each species that is exactly as large as it may be, in one pass after they were counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/random.h"

namespace groel::interactions {

/// Knuth's algorithm S for every species: the pairs are all counted first, then asked for one by one in the same order.
class SpeciesSample {
 public:
  SpeciesSample(std::int64_t most, std::uint64_t seed) : most_(most), seed_(seed) {}

  void count(std::string_view species) {
    One& one = of(species);
    ++one.rest;
    one.wanted = std::min(one.rest, most_);
  }
  bool takes(std::string_view species) {
    One& one = of(species);
    const double draw = unit_double(philox(one.key, one.counter++)[0]);
    const bool taken = draw * static_cast<double>(one.rest--) < static_cast<double>(one.wanted);
    taken ? --one.wanted : ++left_out_;
    return taken;
  }
  std::int64_t left_out() const { return left_out_; }

 private:
  struct One {
    std::uint64_t key = 0, counter = 0;
    std::int64_t rest = 0, wanted = 0;
  };
  One& of(std::string_view species) {
    const auto found = all_.find(species);
    if (found != all_.end()) return found->second;
    constexpr std::uint64_t kOfSpecies = 0x73706563;  // "spec"
    return all_.emplace(std::string(species), One{derive_key(seed_, kOfSpecies, hash64(species))}).first->second;
  }

  std::int64_t most_, left_out_ = 0;
  std::uint64_t seed_;
  std::map<std::string, One, std::less<>> all_;
};

}  // namespace groel::interactions
