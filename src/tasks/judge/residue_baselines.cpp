// Counts labels by residues and places.
#include "tasks/judge/residue_baselines.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"

namespace groel::tasks {
namespace {

using baselines::Baseline;

constexpr std::int64_t kReach = 8;
constexpr std::size_t kPlaces = 2 * kReach + 1;
constexpr std::size_t kLetters = 27;  // A to Z, and everything else, ends too

std::size_t letter(const std::string& sequence, std::int64_t at) {
  if (at < 0 || at >= static_cast<std::int64_t>(sequence.size())) return kLetters - 1;
  const char c = sequence[static_cast<std::size_t>(at)];
  return c >= 'A' && c <= 'Z' ? static_cast<std::size_t>(c - 'A') : kLetters - 1;
}

// log of how often each label is there with a letter at each place around it, one more of everything counted.
class LabelTally {
 public:
  explicit LabelTally(const JudgedSet& learned)
      : labels_(learned.classes.labels.size()), with_(labels_ * kPlaces * kLetters, 1.0), all_(labels_, 1.0) {
    const auto truth = beside_truth(learned, std::vector<double>(learned.protein_of.size() * labels_, 0), {})[0].truth;
    for (std::size_t row = 0; row < learned.protein_of.size(); ++row) {
      const auto label = static_cast<std::size_t>(truth[row]);
      ++all_[label];
      for (std::size_t place = 0; place < kPlaces; ++place) ++with_[index(label, place, seen(learned, row, place))];
    }
  }

  std::vector<double> frequencies() const {
    double sum = 0;
    for (const double one : all_) sum += one;
    std::vector<double> out;
    for (const double one : all_) out.push_back(one / sum);
    return out;
  }
  // Of a row, by the places from the middle up to `reach` away.
  std::vector<double> said(const JudgedSet& of, std::size_t row, std::int64_t reach) const {
    std::vector<double> out;
    for (std::size_t label = 0; label < labels_; ++label) {
      double sum = std::log(all_[label]);
      for (std::int64_t off = -reach; off <= reach; ++off) {
        const auto place = static_cast<std::size_t>(off + kReach);
        sum += std::log(with_[index(label, place, seen(of, row, place))] / (all_[label] + kLetters));
      }
      out.push_back(sum);
    }
    const double top = *std::max_element(out.begin(), out.end());
    double total = 0;
    for (double& x : out) total += x = std::exp(x - top);
    for (double& x : out) x /= total;
    return out;
  }

 private:
  static std::size_t seen(const JudgedSet& of, std::size_t row, std::size_t place) {
    return letter(of.sequences[of.protein_of[row]],
                  static_cast<std::int64_t>(of.residue_of[row]) + static_cast<std::int64_t>(place) - kReach);
  }
  static std::size_t index(std::size_t label, std::size_t place, std::size_t letter) {
    return (label * kPlaces + place) * kLetters + letter;
  }

  std::size_t labels_;
  std::vector<double> with_, all_;
};

}  // namespace

std::vector<Baseline> residue_baselines(const JudgedSet& learned, const JudgedSet& judged, std::uint64_t seed) {
  const LabelTally counts(learned);
  const std::size_t labels = judged.classes.labels.size(), rows = judged.protein_of.size();
  const std::vector<double> frequencies = counts.frequencies();
  std::vector<Baseline> out{{"coin-flip", "a coin flip", {}, {}},
                            {"frequencies", "the labels' frequencies", {}, {}},
                            {"amino-acid", "the residue alone", {}, {}},
                            {"window", "the residue and its neighbours (GOR)", {}, {}}};
  const std::uint64_t key = derive_key(seed, 0x636f696e);
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<double> coin(labels, 0.5 / static_cast<double>(labels));
    coin[index_below(philox(key, row)[0], static_cast<std::uint32_t>(labels))] += 0.5;
    const std::vector<double> said[] = {coin, frequencies, counts.said(judged, row, 0),
                                        counts.said(judged, row, kReach)};
    for (std::size_t b = 0; b < out.size(); ++b)
      out[b].scores.insert(out[b].scores.end(), said[b].begin(), said[b].end());
  }
  return out;
}

}  // namespace groel::tasks
