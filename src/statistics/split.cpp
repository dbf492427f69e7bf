// Draws splits in scikit-learn's order.
#include "statistics/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"

namespace groel::statistics {
namespace {

using Indices = std::vector<std::int64_t>;

Indices range(std::int64_t count) {
  Indices out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), std::int64_t{0});
  return out;
}

struct Sizes {
  std::int64_t train = 0, test = 0;
};

Sizes sizes_of(std::int64_t count, double test_size) {
  const bool part = test_size < 1;
  const double test = part ? std::ceil(test_size * static_cast<double>(count)) : test_size;
  const bool whole = part || test_size == std::floor(test_size);
  if (!(test_size > 0) || !whole || test >= static_cast<double>(count))
    throw Error(ErrorKind::usage,
                {fmt::format("a test set of {} does not leave both sides of {} samples something", test_size, count),
                 "`test_size`", "a part between 0 and 1, or a number of samples"});
  return {count - static_cast<std::int64_t>(test), static_cast<std::int64_t>(test)};
}

// scikit-learn's _approximate_mode: the most probable counts of `draws` from classes, ties broken by the generator.
std::vector<std::int64_t> approximate_mode(const std::vector<std::int64_t>& counts, std::int64_t draws,
                                           NumpyRandom& random) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  std::vector<std::int64_t> out;
  std::map<double, Indices, std::greater<>> by_remainder;
  std::int64_t missing = draws;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const double share = static_cast<double>(counts[c]) / total * static_cast<double>(draws);
    out.push_back(static_cast<std::int64_t>(std::floor(share)));
    by_remainder[share - std::floor(share)].push_back(static_cast<std::int64_t>(c));
    missing -= out.back();
  }
  for (const auto& [remainder, classes] : by_remainder) {
    if (missing <= 0) break;
    const Indices order = random.permutation(static_cast<std::int64_t>(classes.size()));
    const auto now = std::min<std::int64_t>(missing, static_cast<std::int64_t>(classes.size()));
    for (std::int64_t i = 0; i < now; ++i)
      ++out[static_cast<std::size_t>(classes[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])])];
    missing -= now;
  }
  return out;
}

std::vector<Indices> members_by_class(std::span<const std::int64_t> strata) {
  std::map<std::int64_t, Indices> by_class;
  for (std::size_t i = 0; i < strata.size(); ++i) by_class[strata[i]].push_back(static_cast<std::int64_t>(i));
  std::vector<Indices> out;
  for (auto& [label, members] : by_class) out.push_back(std::move(members));
  return out;
}

void check_strata(const std::vector<Indices>& classes, const Sizes& sizes) {
  for (const Indices& members : classes)
    if (members.size() < 2)
      throw Error(ErrorKind::bad_input, {"a class has one sample alone, which cannot be on both sides of a split",
                                         {},
                                         "leave the class out, or split without strata"});
  const auto count = static_cast<std::int64_t>(classes.size());
  if (sizes.train < count || sizes.test < count)
    throw Error(
        ErrorKind::bad_input,
        {fmt::format("{} training and {} test samples are too few for {} classes", sizes.train, sizes.test, count),
         {},
         "each side needs one of each class: choose another `test_size`, or leave rare classes out"});
}

IndexSplit stratified_split(const std::vector<Indices>& classes, const Sizes& sizes, NumpyRandom& random) {
  std::vector<std::int64_t> counts;
  for (const Indices& members : classes) counts.push_back(static_cast<std::int64_t>(members.size()));
  const auto train_counts = approximate_mode(counts, sizes.train, random);
  for (std::size_t c = 0; c < counts.size(); ++c) counts[c] -= train_counts[c];
  const auto test_counts = approximate_mode(counts, sizes.test, random);
  IndexSplit split;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const Indices order = random.permutation(static_cast<std::int64_t>(classes[c].size()));
    for (std::int64_t i = 0; i < train_counts[c] + test_counts[c]; ++i)
      (i < train_counts[c] ? split.train : split.test)
          .push_back(classes[c][static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
  }
  random.shuffle(split.train);
  random.shuffle(split.test);
  return split;
}

void check_folds(std::int64_t count, std::int64_t folds) {
  if (folds < 2 || folds > count)
    throw Error(ErrorKind::usage, fmt::format("{} samples cannot be cut into {} folds", count, folds));
}

// Classes numbered in the order in which they first occur.
std::vector<std::size_t> by_first_occurrence(std::span<const std::int64_t> strata) {
  std::map<std::int64_t, std::size_t> number;
  std::vector<std::size_t> out;
  for (const std::int64_t label : strata) out.push_back(number.emplace(label, number.size()).first->second);
  return out;
}

}  // namespace

IndexSplit train_test_split(std::int64_t count, const SplitOptions& options, std::span<const std::int64_t> strata) {
  const Sizes sizes = sizes_of(count, options.test_size);
  NumpyRandom random(options.seed);
  if (!strata.empty()) {
    GROEL_REQUIRE(static_cast<std::int64_t>(strata.size()) == count);
    const auto classes = members_by_class(strata);
    check_strata(classes, sizes);
    return stratified_split(classes, sizes, random);
  }
  const Indices order = random.permutation(count);
  const auto cut = order.begin() + sizes.test;
  return {{cut, order.end()}, {order.begin(), cut}};
}

std::vector<Indices> k_folds(std::int64_t count, std::int64_t folds, std::optional<std::uint32_t> seed) {
  check_folds(count, folds);
  Indices order = range(count);
  if (seed) NumpyRandom(*seed).shuffle(order);
  std::vector<Indices> out;
  for (std::int64_t fold = 0, at = 0; fold < folds; ++fold) {
    const std::int64_t size = count / folds + (fold < count % folds ? 1 : 0);
    out.emplace_back(order.begin() + at, order.begin() + at + size);
    std::sort(out.back().begin(), out.back().end());
    at += size;
  }
  return out;
}

std::vector<Indices> stratified_k_folds(std::span<const std::int64_t> strata, std::int64_t folds,
                                        std::optional<std::uint32_t> seed) {
  check_folds(static_cast<std::int64_t>(strata.size()), folds);
  const std::vector<std::size_t> classes = by_first_occurrence(strata);
  std::vector<std::size_t> sorted = classes;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t class_count = sorted.back() + 1;
  std::vector<Indices> places(class_count);  // of each class: its samples' folds
  for (std::int64_t fold = 0; fold < folds; ++fold)
    for (auto i = static_cast<std::size_t>(fold); i < sorted.size(); i += static_cast<std::size_t>(folds))
      places[sorted[i]].push_back(fold);
  if (seed) {
    NumpyRandom random(*seed);
    for (Indices& place : places) random.shuffle(place);
  }
  std::vector<Indices> out(static_cast<std::size_t>(folds));
  std::vector<std::size_t> used(class_count);
  for (std::size_t i = 0; i < classes.size(); ++i)
    out[static_cast<std::size_t>(places[classes[i]][used[classes[i]]++])].push_back(static_cast<std::int64_t>(i));
  return out;
}

}  // namespace groel::statistics
