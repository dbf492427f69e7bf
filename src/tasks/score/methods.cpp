// The scoring methods.
#include "tasks/score/methods.h"

#include <deque>
#include <map>
#include <set>

#include "bio/alignment.h"
#include "bio/alignment_tokenizer.h"
#include "engine/causal_scan.h"
#include "tasks/reading/input.h"
#include "tasks/reading/scan_progress.h"

namespace groel::tasks {
namespace {

std::size_t token_of(const bio::Tokenizer& tokenizer, char residue) {
  const std::int32_t id = tokenizer.id(std::string_view(&residue, 1));
  if (id < 0 || !is_residue(tokenizer, id))
    throw Error(ErrorKind::bad_input, fmt::format("the model does not know the residue {}", residue));
  return static_cast<std::size_t>(id);
}

std::string place_of(const VariantRow& row) {
  const std::string name = row.name.substr(0, 40);
  return row.where.empty() ? name : fmt::format("{} ({})", row.where, name);
}

// What the model says at a position: log-probabilities [V], or why there are none.
struct Said {
  std::vector<double> log_probabilities;
  std::optional<Error> failure;
};
using Positions = std::map<std::int64_t, Said>;

// Takes out the rows that substitutions alone do not explain, and says which positions the others need.
std::vector<std::int64_t> needed_positions(const ScoreInput& input, std::vector<VariantRow>& rows) {
  std::set<std::int64_t> out;
  for (VariantRow& row : rows) {
    if (row.error) continue;
    try {
      if (!row.variant.only_substitutions() || (row.sequence && row.sequence->size() != input.wild_type.size()))
        throw Error(ErrorKind::unsupported,
                    {"an insertion or deletion has no marginals: after it no position is the wild type's",
                     {},
                     "use --method pseudo-perplexity"});
      for (const bio::Edit& edit : row.variant.edits) {
        token_of(input.model.tokenizer(), edit.from_first);
        token_of(input.model.tokenizer(), edit.to[0]);
        out.insert(edit.first);
      }
    } catch (const Error& error) {
      row.error = error.at(place_of(row));
    }
  }
  return {out.begin(), out.end()};
}

Positions ask(const ScoreInput& input, const std::vector<std::int64_t>& needed, Sink& sink) {
  const engine::MaskedScan scan(input.model, input.scan);
  const bio::Encoded encoded = input.encode(input.wild_type);
  scan.check_fits(encoded.tokens());
  const bool masked = input.method == ScoreMethod::masked_marginals;
  std::span<const std::int64_t> rest(needed);
  const auto source = [&](engine::ScanQuery& query) {
    if (rest.empty()) return false;
    const auto now = masked ? rest.first(1) : scan.seen_together(rest, encoded.map);
    query = {0, &encoded, {}, {now.begin(), now.end()}};
    if (masked) query.masked = query.wanted;
    rest = rest.subspan(now.size());
    return true;
  };
  Positions out;
  const auto count = static_cast<std::int64_t>(needed.size());
  ScanProgress progress(sink, {"scoring", "positions", count, count});
  scan.run(source, [&](const engine::ScanAnswer& answer) {
    Said& said = out[answer.position];
    said.log_probabilities.assign(answer.log_probabilities.begin(), answer.log_probabilities.end());
    if (answer.failure != nullptr) said.failure = *answer.failure;
    progress.answered(static_cast<std::int64_t>(out.size()));
  });
  return out;
}

std::vector<double> marginals(const ScoreInput& input, std::vector<VariantRow>& rows, Sink& sink) {
  const bio::Tokenizer& tokenizer = input.model.tokenizer();
  const Positions positions = ask(input, needed_positions(input, rows), sink);
  std::vector<double> out;
  for (VariantRow& row : rows) {
    out.push_back(row.error ? NAN : 0.0);
    if (row.error) continue;
    for (const bio::Edit& edit : row.variant.edits) {
      const Said& said = positions.at(edit.first);
      if (said.failure) {
        row.error = said.failure->at(place_of(row));
        out.back() = NAN;
        break;
      }
      out.back() += said.log_probabilities[token_of(tokenizer, edit.to[0])] -
                    said.log_probabilities[token_of(tokenizer, edit.from_first)];
    }
  }
  return out;
}

// The wild type (key 0) and then each row's sequence (key: its index and 1), every residue masked in turn. One sequence
// is held at a time; a row whose sequence cannot be read gets its error and is left out.
class WholeSequences {
 public:
  WholeSequences(const ScoreInput& input, const engine::MaskedScan& scan, std::vector<VariantRow>& rows)
      : input_(input), scan_(scan), rows_(rows) {
    take(input.wild_type);
  }

  bool next(engine::ScanQuery& query) {
    do {  // residues that are none of the 20 are on both sides, and are no part of the sums
      while (position_ == encoded_.residues())
        if (!advance()) return false;
      ++position_;
    } while (!is_standard_residue(input_.model.tokenizer(), encoded_.residue(position_)));
    query = {static_cast<std::int64_t>(key_), &encoded_, {position_}, {position_}};
    return true;
  }
  std::int32_t truth() const { return encoded_.residue(position_); }

 private:
  void take(const std::string& sequence) {
    encoded_ = input_.encode(sequence);
    require_residues(input_.model.tokenizer(), encoded_);
    scan_.check_fits(encoded_.tokens());
    position_ = 0;
  }

  bool advance() {
    if (key_ == rows_.size()) return false;
    VariantRow& row = rows_[key_++];
    encoded_ = {};  // nothing to ask for
    position_ = 0;
    if (row.error) return true;
    try {
      take(row.sequence ? *row.sequence : bio::apply_variant(row.variant, input_.wild_type));
    } catch (const Error& error) {
      encoded_ = {};
      row.error = error.at(place_of(row));
    }
    return true;
  }

  const ScoreInput& input_;
  const engine::MaskedScan& scan_;
  std::vector<VariantRow>& rows_;
  std::size_t key_ = 0;
  bio::Encoded encoded_;
  std::int64_t position_ = 0;
};

std::vector<double> pseudo_perplexities(const ScoreInput& input, std::vector<VariantRow>& rows, Sink& sink) {
  const engine::MaskedScan scan(input.model, input.scan);
  WholeSequences sequences(input, scan, rows);
  std::deque<std::int32_t> truths;  // of the queries that are not answered yet
  const auto source = [&](engine::ScanQuery& query) {
    if (!sequences.next(query)) return false;
    truths.push_back(sequences.truth());
    return true;
  };
  std::vector<double> likelihood(rows.size() + 1);
  const auto fail = [&](std::size_t key, const Error& error) {
    for (std::size_t i = key == 0 ? 0 : key - 1; i < (key == 0 ? rows.size() : key); ++i)  // of the wild type: all
      if (!rows[i].error) rows[i].error = error.at(place_of(rows[i]));
  };
  const auto count = static_cast<std::int64_t>(rows.size());
  ScanProgress progress(
      sink, {"scoring", "variants", count, (count + 1) * static_cast<std::int64_t>(input.wild_type.size())});
  scan.run(source, [&](const engine::ScanAnswer& answer) {
    const auto key = static_cast<std::size_t>(answer.key);
    if (answer.failure != nullptr)
      fail(key, *answer.failure);
    else
      likelihood[key] += answer.log_probabilities[static_cast<std::size_t>(truths.front())];
    truths.pop_front();
    progress.answered(answer.key);
  });
  std::vector<double> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back(rows[i].error ? NAN : likelihood[i + 1] - likelihood.front());
  return out;
}

// The wild type (key 0), then each row's sequence (key: its index and 1), as documents of a causal model.
std::vector<double> likelihoods(const ScoreInput& input, std::vector<VariantRow>& rows, Sink& sink) {
  const engine::CausalScan scan(input.model, input.scan.plan);
  const bio::Tokenizer& tokenizer = input.model.tokenizer();
  std::vector<double> sums(rows.size() + 1);
  std::optional<Error> failure;  // of the wild type
  std::size_t next = 0;
  const auto source = [&](engine::CausalQuery& query) {
    if (next == 0) {
      query = {0, tokenizer.encode(input.wild_type).ids};
      scan.check_fits(static_cast<std::int64_t>(query.ids.size()));
      ++next;
      return true;
    }
    for (; next <= rows.size(); ++next) {
      VariantRow& row = rows[next - 1];
      if (row.error) continue;
      try {
        query = {static_cast<std::int64_t>(next),
                 tokenizer.encode(row.sequence ? *row.sequence : bio::apply_variant(row.variant, input.wild_type)).ids};
        scan.check_fits(static_cast<std::int64_t>(query.ids.size()));
        ++next;
        return true;
      } catch (const Error& error) {
        row.error = error.at(place_of(row));
      }
    }
    return false;
  };
  const auto count = static_cast<std::int64_t>(rows.size());
  ScanProgress progress(sink, {"scoring", "variants", count, count + 1});
  scan.run(source, [&](const engine::CausalAnswer& answer) {
    const auto key = static_cast<std::size_t>(answer.key);
    progress.answered(answer.key);
    for (const double one : answer.log_probabilities) sums[key] += one;
    if (answer.failure == nullptr) return;
    if (key == 0)
      failure = *answer.failure;
    else
      rows[key - 1].error = answer.failure->at(place_of(rows[key - 1]));
  });
  std::vector<double> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (failure && !rows[i].error) rows[i].error = failure->at(place_of(rows[i]));
    out.push_back(rows[i].error ? NAN : sums[i + 1] - sums.front());
  }
  return out;
}

}  // namespace

bio::Encoded ScoreInput::encode(const std::string& sequence) const {
  const bio::Tokenizer& tokenizer = model.tokenizer();
  if (alignment.empty() || bio::as_alignments(tokenizer) == nullptr) return tokenizer.encode(sequence);
  return tokenizer.encode(bio::with_query(alignment, sequence));
}

std::vector<double> score_variants(const ScoreInput& input, std::vector<VariantRow>& rows, Sink& sink) {
  if (input.method == ScoreMethod::likelihood) return likelihoods(input, rows, sink);
  return input.method == ScoreMethod::pseudo_perplexity ? pseudo_perplexities(input, rows, sink)
                                                        : marginals(input, rows, sink);
}

}  // namespace groel::tasks
