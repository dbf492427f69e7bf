// Adds a row for the padding token to the tables of tokens.
#include "checkpoints/pad_token.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "bio/byte_bpe.h"
#include "checkpoints/initial.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"

namespace groel::checkpoints {
namespace {

// The mean of the rows, and a draw around it whose covariance is kShare of theirs: a sum of the rows' distances from
// the mean, each times a number drawn from the normal distribution.
void draw_near_mean(const Tensor& table, std::int64_t rows, std::uint64_t seed, const std::string& name, float* to) {
  constexpr double kShare = 1e-9;
  const std::int64_t width = table.size(1);
  const Tensor draws = normal_values({rows}, seed, name, 1);
  std::vector<double> mean(static_cast<std::size_t>(width)), away(mean.size());
  const float* const values = table.data<float>();
  double sum_of_draws = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const double draw = draws.data<float>()[r];
    sum_of_draws += draw;
    for (std::int64_t c = 0; c < width; ++c) {
      const double value = values[r * width + c];
      mean[static_cast<std::size_t>(c)] += value;
      away[static_cast<std::size_t>(c)] += draw * value;
    }
  }
  const auto count = static_cast<double>(rows);
  for (std::int64_t c = 0; c < width; ++c) {
    const double centre = mean[static_cast<std::size_t>(c)] / count;
    const double off = away[static_cast<std::size_t>(c)] - sum_of_draws * centre;
    to[c] = static_cast<float>(centre + std::sqrt(kShare / count) * off);
  }
}

struct RowDrawing {
  NewRow how;
  std::uint64_t seed;
  double deviation;
};

// The same table with rows up to `rows`, f32.
Tensor longer(const io::Array& array, std::int64_t rows, const RowDrawing& by, const std::string& name) {
  const Tensor old = copied(array, DType::f32);
  const std::int64_t had = old.size(0), width = old.size(1);
  Tensor out = Tensor::empty({rows, width});
  float* const values = out.mutable_data<float>();
  std::memcpy(values, old.data<float>(), static_cast<std::size_t>(had * width) * sizeof(float));
  for (std::int64_t row = had; row < rows; ++row) {
    const std::string key = fmt::format("{} row {}", name, row);
    if (by.how == NewRow::mean)
      draw_near_mean(old, had, by.seed, key, values + row * width);
    else
      std::memcpy(values + row * width, normal_values({width}, by.seed, key, by.deviation).data<float>(),
                  static_cast<std::size_t>(width) * sizeof(float));
  }
  return out;
}

void check_text(const std::string& text, const bio::Tokenizer& tokenizer, const bio::TokenizerFiles& files) {
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) == 127; };
  if (text.empty() || std::any_of(text.begin(), text.end(), odd))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no token", text), "`pad_token`", "<pad> is usual"});
  if (const auto pad = tokenizer.special().pad; pad && tokenizer.token(*pad) != text)
    throw Error(ErrorKind::usage, {fmt::format("this vocabulary has a padding token, '{}'", tokenizer.token(*pad)),
                                   "`pad_token`", "leave it away"});
  const bool special = std::any_of(files.added.begin(), files.added.end(),
                                   [&](const bio::AddedToken& one) { return one.text == text && one.special; });
  if (tokenizer.id(text) >= 0 && !special)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is a token of proteins", text), "`pad_token`",
                                   "take one that no protein has: <pad> is usual"});
}

}  // namespace

bool add_pad_token(Checkpoint& checkpoint, const std::string& text, NewRow row, std::uint64_t seed) {
  const auto tokenizer = tokenizer_of(checkpoint);
  if (checkpoint.family->vocabulary != models::Vocabulary::byte_pairs)
    throw Error(ErrorKind::usage, {fmt::format("{} has a vocabulary of its own", checkpoint.family->name),
                                   "`pad_token`", "leave it away"});
  bio::TokenizerFiles files = tokenizer->files();
  files.label = checkpoint.tokenizer.label;
  check_text(text, *tokenizer, files);
  Checkpoint grown = checkpoint;
  grown.tokenizer = bio::with_added_token(std::move(files), text, "pad_token");
  const auto tokens = static_cast<std::int64_t>(grown.tokenizer.tokens.size());
  const auto before = build_model(checkpoint);
  const std::int64_t rows = before->info().vocabulary, wanted = std::max(rows, tokens);
  grown.config["vocab_size"] = wanted;
  const auto after = build_model(grown);
  grown.config["pad_token_id"] = after->tokenizer().id(text);
  if (wanted > rows) {
    const auto had = nn::tree_of(*before).parameters, has = nn::tree_of(*after).parameters;
    GROEL_REQUIRE(had.size() == has.size());
    const RowDrawing by{row, seed, checkpoint.config.value("initializer_range", 0.02)};
    const bool tied = checkpoint.config.value("tie_word_embeddings", true);  // the same table under two names
    for (std::size_t i = 0; i < has.size(); ++i) {
      const auto found = grown.arrays.find(has[i].name);
      const Shape old = had[i].stored_shape();
      if (old == has[i].stored_shape() || found == grown.arrays.end()) continue;
      const auto& shape = found->second.shape;
      if (!std::equal(shape.begin(), shape.end(), old.begin(), old.end())) continue;  // told when it is loaded
      found->second = array_of(longer(found->second, wanted, by, tied ? std::string() : has[i].name));
    }
  }
  checkpoint = std::move(grown);
  return wanted > rows;
}

}  // namespace groel::checkpoints
