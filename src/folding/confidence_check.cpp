// Compares a prediction's summary with what its other files say.
#include "folding/confidence_check.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/words.h"
#include "folding/clash.h"
#include "folding/confidence_bounds.h"
#include "folding/confidence_summary.h"
#include "folding/disorder.h"
#include "folding/model_file.h"

namespace groel::folding {
namespace {

using nlohmann::json;

constexpr double kDigit = 0.005 + 1e-9;  // of two decimals, half of the last
constexpr double kPaeStep = 0.05 + 1e-5;

class SummaryCheck {
 public:
  SummaryCheck(const ResultPaths& paths, std::optional<double> listed)
      : paths_(paths),
        listed_(listed),
        model_(read_model_file(paths.model.string())),
        full_(read_confidences(paths.confidences)),
        summary_(read_result_json(paths.summary)) {
    check_atoms();
    find_tokens();
  }

  std::vector<ConfidenceCheck> run() {
    check_model();
    check_pairs();
    check_whole();
    return std::move(out_);
  }

 private:
  void add(ConfidenceCheck check) { out_.push_back(std::move(check)); }
  std::size_t chains() const { return model_.layout.chains.size(); }
  const std::string& id(std::size_t chain) const { return model_.layout.chains[chain].id; }

  // A number of the summary; null is NaN.
  double written(const json::json_pointer& at) const {
    if (summary_.is_object() && summary_.contains(at)) {
      const json& value = summary_[at];
      if (value.is_null()) return std::nan("");
      if (value.is_number()) return value.get<double>();
      if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    }
    throw Error(ErrorKind::bad_input,
                {fmt::format("{} is missing, or no number", at.to_string()), paths_.summary.string(),
                 "the summary of confidences that AlphaFold 3 writes is expected"});
  }
  double written(const char* key) const { return written(json::json_pointer("/" + std::string(key))); }
  double written(const char* key, std::size_t i) const {
    return written(json::json_pointer(fmt::format("/{}/{}", key, i)));
  }
  double written(const char* key, std::size_t i, std::size_t j) const {
    return written(json::json_pointer(fmt::format("/{}/{}/{}", key, i, j)));
  }

  void check_atoms() const {
    const std::size_t ours = model_.layout.atoms.size(), theirs = full_.plddt.size();
    if (ours != theirs)
      throw Error(ErrorKind::bad_input, {fmt::format("confidences of {}, but {} has {}", counted(theirs, "atom"),
                                                     paths_.model.string(), ours),
                                         paths_.confidences.string(),
                                         {}});
  }

  // Chains of tokens, and which of them have a frame for sure: residues of polymers that are one token.
  void find_tokens() {
    std::map<std::string, std::int32_t> chains_of;
    for (std::size_t c = 0; c < chains(); ++c) chains_of.emplace(id(c), static_cast<std::int32_t>(c));
    std::map<std::pair<std::int32_t, std::int64_t>, int> tokens_of;
    sizes_.resize(chains());
    for (std::size_t t = 0; t < full_.token_chains.size(); ++t) {
      const auto found = chains_of.find(full_.token_chains[t]);
      if (found == chains_of.end())
        throw Error(ErrorKind::bad_input, {fmt::format("a token is of the chain '{}', which {} has not",
                                                       full_.token_chains[t], paths_.model.string()),
                                           paths_.confidences.string(),
                                           {}});
      token_chains_.push_back(found->second);
      ++sizes_[static_cast<std::size_t>(found->second)];
      ++tokens_of[{found->second, full_.token_numbers[t]}];
    }
    for (std::size_t t = 0; t < token_chains_.size(); ++t) {
      const bool polymer = is_polymer(model_.layout.chains[static_cast<std::size_t>(token_chains_[t])].type);
      certain_.push_back(polymer && tokens_of[{token_chains_[t], full_.token_numbers[t]}] == 1 ? 1 : 0);
    }
  }
  bool is_certain(std::size_t chain) const {
    for (std::size_t t = 0; t < token_chains_.size(); ++t)
      if (token_chains_[t] == static_cast<std::int32_t>(chain) && certain_[t] != 0) return true;
    return false;
  }
  PaeBlock block() const { return {full_.pae, token_chains_, certain_}; }

  // A range of the files' numbers, and what two decimals leave open.
  static ConfidenceCheck within(std::string value, std::string of, double written, ScoreRange range) {
    const bool open = std::isnan(range.low) && !std::isnan(range.high);
    return {std::move(value),    std::move(of), written, open ? -kDigit : range.low - kDigit,
            range.high + kDigit, open,          {}};
  }
  static ConfidenceCheck near(std::string value, std::string of, double written, double expected, double apart) {
    return {std::move(value), std::move(of), written, expected - apart, expected + apart, false, "summary"};
  }

  void check_model() {
    constexpr double kOneDigit = 0.0101;  // ties are rounded in two ways
    std::size_t equal = 0;
    for (std::size_t a = 0; a < full_.plddt.size(); ++a)
      equal += std::abs(full_.plddt[a] - static_cast<double>(model_.b_factors[a])) < kOneDigit;
    const auto atoms = static_cast<double>(full_.plddt.size()), same = static_cast<double>(equal);
    add({"atoms whose B factor is their pLDDT", {}, atoms, same, same, false, "model"});
    const double clash = has_clash(model_.layout, model_.positions) ? 1 : 0;
    add({"has_clash", {}, written("has_clash"), clash, clash, false, "model"});
    disordered_ = fraction_disordered(model_.layout, model_.positions);
    clash_ = clash;
    ConfidenceCheck disorder = near("fraction_disordered", {}, written("fraction_disordered"), disordered_, kDigit);
    disorder.source = "model";
    add(disorder);
  }

  void check_pairs() {
    for (std::size_t i = 0; i < chains(); ++i) {
      add(near("chain_ptm", id(i), written("chain_ptm", i), written("chain_pair_iptm", i, i), 1e-9));
      for (std::size_t j = 0; j < chains(); ++j) {
        add(pair_score(i, j));
        add(least_pae(i, j));
      }
    }
    std::vector<double> pairs;
    for (std::size_t i = 0; i < chains(); ++i)
      for (std::size_t j = 0; j < chains(); ++j) pairs.push_back(written("chain_pair_iptm", i, j));
    const std::vector<double> means = means_with_others(pairs, chains());
    for (std::size_t i = 0; i < chains(); ++i)
      add(near("chain_iptm", id(i), written("chain_iptm", i), means[i], 2 * kDigit));
  }

  std::string pair_name(std::size_t i, std::size_t j) const { return id(i) + "-" + id(j); }

  // The best row of either chain.
  ConfidenceCheck pair_score(std::size_t i, std::size_t j) const {
    const auto a = static_cast<std::int32_t>(i), b = static_cast<std::int32_t>(j);
    const std::int64_t tokens = i == j ? sizes_[i] : sizes_[i] + sizes_[j];
    const ScoreRange of_a = best_row(block(), {a, b, tokens}), of_b = best_row(block(), {b, a, tokens});
    ConfidenceCheck out = within("chain_pair_iptm", pair_name(i, j), written("chain_pair_iptm", i, j),
                                 {std::fmax(of_a.low, of_b.low), std::fmax(of_a.high, of_b.high)});
    out.source = "PAE";
    return out;
  }

  ConfidenceCheck least_pae(std::size_t i, std::size_t j) const {
    const std::size_t n = token_chains_.size();
    double of_certain = std::nan(""), of_all = std::nan("");
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c) {
        if (token_chains_[r] != static_cast<std::int32_t>(i) || token_chains_[c] != static_cast<std::int32_t>(j))
          continue;
        of_all = std::fmin(of_all, full_.pae[r * n + c]);
        if (certain_[r] != 0) of_certain = std::fmin(of_certain, full_.pae[r * n + c]);
      }
    const bool open = std::isnan(of_certain) && !std::isnan(of_all);
    constexpr double kLargestPae = 32;
    return {"chain_pair_pae_min",
            pair_name(i, j),
            written("chain_pair_pae_min", i, j),
            of_all - kPaeStep - kDigit,
            (open ? kLargestPae : of_certain) + kPaeStep + kDigit,
            open,
            "PAE"};
  }

  void check_whole() {
    const auto tokens = static_cast<std::int64_t>(token_chains_.size());
    ConfidenceCheck ptm = within("ptm", {}, written("ptm"), best_row(block(), {kAllChains, kAllChains, tokens}));
    ConfidenceCheck iptm = within("iptm", {}, written("iptm"), best_row(block(), {kAllChains, kOtherChains, tokens}));
    ptm.source = iptm.source = "PAE";
    add(ptm);
    add(iptm);
    ConfidenceSummary parts;
    parts.ptm = written("ptm");
    parts.iptm = written("iptm");
    parts.fraction_disordered = disordered_;
    parts.has_clash = clash_ != 0;
    ConfidenceCheck score = near("ranking_score", {}, written("ranking_score"), ranking_score(parts), 2 * kDigit);
    score.source = "model, summary";
    add(score);
    if (!listed_) return;
    ConfidenceCheck table = near("ranking_score of the table", {}, written("ranking_score"), *listed_, kDigit);
    table.source = "ranking_scores.csv";
    add(table);
  }

  const ResultPaths& paths_;
  std::optional<double> listed_;
  ModelFile model_;
  WrittenConfidences full_;
  json summary_;
  std::vector<std::int32_t> token_chains_;
  std::vector<std::uint8_t> certain_;
  std::vector<std::int64_t> sizes_;  // tokens of chains
  double disordered_ = 0, clash_ = 0;
  std::vector<ConfidenceCheck> out_;
};

}  // namespace

bool ConfidenceCheck::agrees() const {
  if (std::isnan(written)) return may_be_undefined || std::isnan(high);
  return written >= low && written <= high;
}

std::vector<ConfidenceCheck> check_confidences(const ResultPaths& paths, std::optional<double> listed) {
  return SummaryCheck(paths, listed).run();
}

std::optional<double> listed_score(const std::vector<WrittenScore>& scores, const std::string& name) {
  std::optional<double> best;
  for (const WrittenScore& one : scores) {
    if (one.name == name) return one.ranking_score;
    if (!best || one.ranking_score > *best) best = one.ranking_score;
  }
  return name.starts_with("seed-") ? std::nullopt : best;
}

}  // namespace groel::folding
