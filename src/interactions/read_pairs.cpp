// Merges the rows of files of pairs.
#include "interactions/read_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/words.h"
#include "interactions/species_sample.h"

namespace groel::interactions {
namespace {

std::string place(const PairFile& file, const PairRow& row) {
  return fmt::format("{}: {}, {}", file.where(row), row.first, row.second);
}

std::uint64_t key_of(const Pair& pair) {
  const auto [low, high] = std::minmax(pair.first, pair.second);
  return std::uint64_t{low} << 32 | high;
}

class Merging {
 public:
  explicit Merging(const PairReading& how) : how_(how) {}

  void read(const std::string& path) {
    PairFile file(path, how_.columns);
    if (labelled_ && *labelled_ != file.labelled())
      throw Error(ErrorKind::bad_input,
                  {"it has no labels, though another file has, or the other way round", path, "read them apart"});
    labelled_ = file.labelled();
    for (const std::string& label : file.known_labels()) bit_of(label, path);
    PairFilter filter(how_, out_.counts);
    PairRow row;
    while (file.next(row)) {
      if (out_.counts.rows % kRowsBetweenInterrupts == 0) check_interrupted();
      if (filter.takes(file, row)) take(file, row);
    }
    settle(file);
    if (file.yes_or_no()) {
      yes_or_no_ = true;
      bit_of(kInteracts, path);
    }
  }

  ReadPairs finish() {
    if (out_.table.pairs.empty())
      throw Error(ErrorKind::bad_input, {fmt::format("no pair is left of {}: {}", counted(out_.counts.rows, "row"),
                                                     listed(out_.counts.sentences())),
                                         {},
                                         "look at the ids, the sequences and the least score"});
    out_.table.proteins = proteins_.texts();
    order_labels();
    return std::move(out_);
  }

 private:
  std::uint32_t bit_of(std::string_view label, const std::string& where) {
    const std::uint32_t bit = labels_.place_of(label);
    if (bit >= kMostLabels)
      throw Error(ErrorKind::bad_input, {fmt::format("more than {}", counted(kMostLabels, "label")), where,
                                         "is it the right column? Name it: `label_column`"});
    return bit;
  }

  struct Waiting {
    std::string first, second;
    std::int64_t line;
  };

  // What an empty label means is known with the first label that is not: till then its rows wait.
  void take(const PairFile& file, const PairRow& row) {
    if (row.empty_label && !file.kinds() && !file.yes_or_no())
      return waiting_.push_back({std::string(row.first), std::string(row.second), row.line});
    settle(file);
    take_settled(file, row);
  }

  void settle(const PairFile& file) {
    for (const Waiting& one : std::exchange(waiting_, {}))
      take_settled(file, {.first = one.first, .second = one.second, .empty_label = true, .line = one.line});
  }

  void take_settled(const PairFile& file, const PairRow& row) {
    if (row.unlabelled || (row.empty_label && !file.kinds()))
      return count(file, row, out_.counts.without_label, out_.counts.first_unlabelled);
    if (row.empty_label) count(file, row, out_.counts.of_no_kind, out_.counts.first_of_no_kind);
    add(file, row);
  }

  static void count(const PairFile& file, const PairRow& row, std::int64_t& rows, std::string& first) {
    if (rows++ == 0) first = place(file, row);
  }

  void add(const PairFile& file, const PairRow& row) {
    Pair pair{proteins_.place_of(row.first), proteins_.place_of(row.second), 0};
    for (const std::string_view label : row.labels) pair.labels |= 1U << bit_of(label, file.where(row));
    const auto [found, is_new] = places_.try_emplace(key_of(pair), out_.table.pairs.size());
    if (is_new) {
      out_.table.pairs.push_back(pair);
      return;
    }
    Pair& before = out_.table.pairs[found->second];
    ++(before.first == pair.first ? out_.counts.repeated : out_.counts.turned);
    if (file.yes_or_no() && (before.labels == 0) != (pair.labels == 0) && out_.counts.contradictions++ == 0)
      out_.counts.first_contradiction = place(file, row);
    before.labels |= pair.labels;
  }

  // Bits into the order in which labels are told.
  void order_labels() {
    std::vector<std::string> ordered = labels_.texts();
    const auto rank = [](const std::string& label) {
      return std::ranges::find(kActionTypes, label) - kActionTypes.begin();
    };
    std::ranges::sort(ordered, [&](const std::string& a, const std::string& b) {
      return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
    });
    std::vector<std::uint32_t> place;
    for (const std::string& label : labels_.texts())
      place.push_back(static_cast<std::uint32_t>(std::ranges::find(ordered, label) - ordered.begin()));
    for (Pair& pair : out_.table.pairs) {
      std::uint32_t bits = 0;
      for (std::size_t bit = 0; bit < place.size(); ++bit)
        if ((pair.labels >> bit & 1) != 0) bits |= 1U << place[bit];
      pair.labels = bits;
    }
    out_.table.labels = std::move(ordered);
  }

  const PairReading& how_;
  ReadPairs out_;
  Numbering proteins_, labels_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  std::optional<bool> labelled_;
  std::vector<Waiting> waiting_;
  bool yes_or_no_ = false;
};

}  // namespace

bool PairFilter::takes(const PairFile& file, const PairRow& row) {
  const auto leave = [&](std::int64_t& count, std::string* first = nullptr) {
    if (count++ == 0 && first != nullptr) *first = place(file, row);
    return false;
  };
  if (row.first.empty() || row.second.empty()) return leave(counts_.without_id);
  ++counts_.rows;
  if (row.first == row.second) return leave(counts_.self_pairs, &counts_.first_self);
  if (file.form() == PairTableForm::links && row.score < how_.least_score) return leave(counts_.low_scores);
  if (!how_.species.empty()) {
    const std::string_view species = species_of(row.first);
    if (species != species_of(row.second) || !how_.species.contains(std::string(species)))
      return leave(counts_.other_species);
  }
  if (how_.known && (!how_.known(row.first) || !how_.known(row.second)))
    return leave(counts_.unknown, &counts_.first_unknown);
  return true;
}

void cap_species(ReadPairs& read, std::int64_t most, std::uint64_t seed) {
  SpeciesSample sample(most, seed);
  PairTable& table = read.table;
  for (const Pair& pair : table.pairs) sample.count(species_of(table.proteins[pair.first]));
  std::erase_if(table.pairs, [&](const Pair& pair) { return !sample.takes(species_of(table.proteins[pair.first])); });
  read.counts.over_cap += sample.left_out();
}

ReadPairs read_pairs(const std::vector<std::string>& paths, const PairReading& how) {
  Merging merging(how);
  for (const std::string& path : paths) merging.read(path);
  return merging.finish();
}

}  // namespace groel::interactions
