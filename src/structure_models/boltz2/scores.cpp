// Expected values over bins, and means of Boltz-2's.
#include "structure_models/boltz2/scores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/threads.h"
#include "structure_models/protenix/scores.h"

namespace groel::structure_models {
namespace {

constexpr double kFarthest = 32;  // Å
constexpr double kLeastCount = 1e-5;

// Softmax weights of the bins of one row, into `to`.
void softmax_of(const float* logits, std::span<double> to) {
  const float highest = *std::max_element(logits, logits + to.size());
  double sum = 0;
  for (std::size_t b = 0; b < to.size(); ++b) sum += to[b] = std::exp(static_cast<double>(logits[b] - highest));
  for (double& weight : to) weight /= sum;
}

double middle(std::size_t bin, std::size_t bins, double most) {
  return (static_cast<double>(bin) + 0.5) * most / static_cast<double>(bins);
}

class Tokens {
 public:
  explicit Tokens(const Boltz2Input& input) : input_(input) {
    std::map<std::int32_t, std::size_t> numbers;
    for (const std::int32_t id : input.asym_id) numbers[id] = 0;
    for (auto& [id, number] : numbers) number = chains_++;
    for (const std::int32_t id : input.asym_id) chain_.push_back(numbers.at(id));
  }
  std::size_t count() const { return chain_.size(); }
  std::size_t chains() const { return chains_; }
  std::size_t chain(std::size_t token) const { return chain_[token]; }
  bool apart(std::size_t a, std::size_t b) const { return chain_[a] != chain_[b]; }
  bool is(std::size_t token, Boltz2Molecule molecule) const { return input_.molecule[token] == molecule; }

 private:
  const Boltz2Input& input_;
  std::size_t chains_ = 0;
  std::vector<std::size_t> chain_;
};

// [N, N]: how little the error of each pair is, 0 to 1.
std::vector<float> fill_errors(const Boltz2Judged& judged, Boltz2Scores& to) {
  const auto n = static_cast<std::size_t>(judged.input.tokens);
  const double length = 1.24 * std::cbrt(std::max(static_cast<double>(n), 19.0) - 15) - 1.8;
  std::vector<float> terms(n * n);
  to.pae.resize(n * n), to.pde.resize(n * n);
  nn::folding::for_grid_rows(judged.input.tokens, 512, [&](const nn::folding::GridRows& grid) {
    const Tensor errors = judged.errors(grid), distances = judged.distance_errors(grid);
    const auto bins = static_cast<std::size_t>(errors.size(1)), others = static_cast<std::size_t>(distances.size(1));
    parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
      std::vector<double> weights(bins), of_distance(others);
      for (std::size_t j = 0; j < n; ++j) {
        const std::size_t pair = static_cast<std::size_t>(row) * n + j,
                          at = static_cast<std::size_t>(grid.begin) * n + pair;
        softmax_of(errors.data<float>() + pair * bins, weights);
        softmax_of(distances.data<float>() + pair * others, of_distance);
        double pae = 0, pde = 0, term = 0;
        for (std::size_t b = 0; b < others; ++b) pde += of_distance[b] * middle(b, others, kFarthest);
        for (std::size_t b = 0; b < bins; ++b) {
          const double error = middle(b, bins, kFarthest);
          pae += weights[b] * error;
          term += weights[b] / (1 + error * error / (length * length));
        }
        to.pae[at] = static_cast<float>(pae), to.pde[at] = static_cast<float>(pde);
        terms[at] = static_cast<float>(term);
      }
    });
  });
  return terms;
}

// The best mean of `terms` over the columns that count, of rows with a frame.
template <class Counts>
float best_row(const std::vector<float>& terms, std::span<const std::uint8_t> frames, const Counts& counts) {
  const std::size_t n = frames.size();
  double best = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0, count = 0;
    for (std::size_t j = 0; frames[i] != 0 && j < n; ++j)
      if (counts(i, j)) sum += terms[i * n + j], ++count;
    best = std::max(best, sum / (count + kLeastCount));
  }
  return static_cast<float>(best);
}

void fill_interfaces(const Tokens& tokens, const std::vector<float>& terms, Boltz2Scores& to) {
  const std::span<const std::uint8_t> frames = to.has_frame;
  const auto of = [&](std::size_t token, Boltz2Molecule molecule) { return tokens.is(token, molecule); };
  using enum Boltz2Molecule;
  to.ptm = best_row(terms, frames, [](std::size_t, std::size_t) { return true; });
  to.iptm = best_row(terms, frames, [&](std::size_t i, std::size_t j) { return tokens.apart(i, j); });
  to.ligand_iptm = best_row(terms, frames, [&](std::size_t i, std::size_t j) {
    return tokens.apart(i, j) && ((of(i, ligand) && of(j, protein)) || (of(i, protein) && of(j, ligand)));
  });
  to.protein_iptm = best_row(terms, frames, [&](std::size_t i, std::size_t j) {
    return tokens.apart(i, j) && of(i, protein) && of(j, protein);
  });
  for (std::size_t a = 0; a < tokens.chains(); ++a)
    for (std::size_t b = 0; b < tokens.chains(); ++b)
      to.pair_chains_iptm.push_back(best_row(
          terms, frames, [&](std::size_t i, std::size_t j) { return tokens.chain(i) == b && tokens.chain(j) == a; }));
}

void fill_lddt(const Boltz2Judged& judged, const Tokens& tokens, Boltz2Scores& to) {
  constexpr float kNear = 8;
  constexpr double kOfLigand = 20, kOfInterface = 10, kOther = 1;
  const std::size_t n = tokens.count(), bins = judged.lddt_logits.size() / n;
  const std::vector<float> places = boltz2_places(judged.input, judged.positions);
  const auto near = [&](std::size_t a, std::size_t b) {
    float square = 0;
    for (std::size_t c = 0; c < 3; ++c)
      square += (places[3 * a + c] - places[3 * b + c]) * (places[3 * a + c] - places[3 * b + c]);
    return std::sqrt(square) < kNear;
  };
  std::vector<double> weights(bins);
  double sum = 0, weighted = 0, all = 0;
  for (std::size_t i = 0; i < n; ++i) {
    softmax_of(judged.lddt_logits.data() + i * bins, weights);
    double lddt = 0;
    for (std::size_t b = 0; b < bins; ++b) lddt += weights[b] * middle(b, bins, 1);
    to.plddt.push_back(static_cast<float>(lddt));
    bool interface = false;
    for (std::size_t j = 0; j < n && !interface; ++j) interface = tokens.apart(i, j) && near(i, j);
    const double weight = tokens.is(i, Boltz2Molecule::ligand) ? kOfLigand : interface ? kOfInterface : kOther;
    sum += lddt, weighted += weight * lddt, all += weight;
  }
  to.complex_plddt = static_cast<float>(sum / static_cast<double>(n));
  to.complex_iplddt = static_cast<float>(weighted / all);
}

void fill_distances(const Boltz2Judged& judged, const Tokens& tokens, Boltz2Scores& to) {
  const std::size_t n = tokens.count();
  double sum = 0, all = 0, between = 0, all_between = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const double likely = judged.contacts[i * n + j], part = likely * to.pde[i * n + j];
      sum += part, all += likely;
      if (tokens.apart(i, j)) between += part, all_between += likely;
    }
  to.complex_pde = static_cast<float>(sum / all);
  to.complex_ipde = static_cast<float>(between / (all_between + kLeastCount));
}

class Places {
 public:
  explicit Places(std::span<const float> positions) : positions_(positions) {}
  float distance(std::int32_t a, std::int32_t b) const {
    float square = 0;
    for (std::size_t c = 0; c < 3; ++c) square += step(a, b, c) * step(a, b, c);
    return std::sqrt(square);
  }
  bool is_frame(std::int32_t a, std::int32_t at, std::int32_t b) const {
    constexpr float kSamePlace = 1e-2F, kStraight = 0.9063F, kLittle = 1e-6F;
    const float first = distance(at, a), second = distance(at, b);
    float cosine = 0;
    for (std::size_t c = 0; c < 3; ++c)
      cosine += step(at, a, c) / (first + kLittle) * (step(at, b, c) / (second + kLittle));
    return first > kSamePlace && second > kSamePlace && std::abs(cosine) < kStraight;
  }

 private:
  float step(std::int32_t a, std::int32_t b, std::size_t c) const {
    return positions_[static_cast<std::size_t>(a) * 3 + c] - positions_[static_cast<std::size_t>(b) * 3 + c];
  }
  std::span<const float> positions_;
};

}  // namespace

std::vector<std::uint8_t> boltz2_frames(const Boltz2Input& input, std::span<const float> positions) {
  const Places places(positions);
  std::map<std::int32_t, std::vector<std::int32_t>> ligands;  // atoms by chain
  for (std::size_t a = 0; a < input.atom_token.size(); ++a) {
    const auto token = static_cast<std::size_t>(input.atom_token[a]);
    if (input.molecule[token] == Boltz2Molecule::ligand)
      ligands[input.asym_id[token]].push_back(static_cast<std::int32_t>(a));
  }
  std::vector<std::array<std::int32_t, 3>> frames = input.frames;
  for (const auto& [chain, atoms] : ligands) {
    if (atoms.size() < 3) continue;
    for (const std::int32_t own : atoms) {
      std::vector<std::int32_t> order = atoms;
      std::ranges::stable_sort(order, {}, [&](std::int32_t other) { return places.distance(own, other); });
      frames[static_cast<std::size_t>(input.atom_token[static_cast<std::size_t>(own)])] = {order[1], order[0],
                                                                                           order[2]};
    }
  }
  std::vector<std::uint8_t> out;
  for (const auto& [a, at, b] : frames) out.push_back(places.is_frame(a, at, b) ? 1 : 0);
  return out;
}

std::vector<float> boltz2_contacts(std::span<const float> logits, std::int64_t bins) {
  constexpr std::int64_t kNearBins = 20;
  return summed_bins(logits, bins, [](std::int64_t bin) { return bin < kNearBins; });
}

float Boltz2Scores::confidence() const {
  constexpr float kNone = 1e-8F;
  return (4 * complex_plddt + (std::abs(iptm) <= kNone ? ptm : iptm)) / 5;
}

Boltz2Scores boltz2_scores(const Boltz2Judged& judged) {
  const Tokens tokens(judged.input);
  Boltz2Scores out;
  out.has_frame = boltz2_frames(judged.input, judged.positions);
  const std::vector<float> terms = fill_errors(judged, out);
  fill_interfaces(tokens, terms, out);
  fill_lddt(judged, tokens, out);
  fill_distances(judged, tokens, out);
  return out;
}

}  // namespace groel::structure_models
