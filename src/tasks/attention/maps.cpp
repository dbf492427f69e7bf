// Takes attention maps as they are computed.
#include "tasks/attention/maps.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"
#include "bio/alignment_tokenizer.h"
#include "engine/finite.h"
#include "nn/contact_head.h"

namespace groel::tasks {
namespace {

std::int64_t parse_head(const std::string& word, std::int64_t heads) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value < 1 || value > heads)
    throw Error(ErrorKind::usage, {fmt::format("there is no head '{}'", word), "--heads",
                                   fmt::format("this model's heads count from 1 to {}; or all, or mean", heads)});
  return value;
}

// Rows and columns of residues alone: [H, L, L].
Tensor inner(const Tensor& maps, const bio::TokenSpan& run) {
  const std::int64_t heads = maps.size(0), n = maps.size(1), size = run.count();
  Tensor out = Tensor::empty({heads, size, size});
  const float* from = maps.data<float>() + run.begin;
  float* to = out.mutable_data<float>();
  for (std::int64_t h = 0; h < heads; ++h)
    for (std::int64_t i = 0; i < size; ++i)
      std::copy_n(from + (h * n + run.begin + i) * n, size, to + (h * size + i) * size);
  return out;
}

Tensor formed(const Tensor& maps, const bio::TokenSpan& run, MapRequest::Form form) {
  if (form == MapRequest::Form::tokens) return maps;
  return form == MapRequest::Form::residues ? inner(maps, run) : nn::contact_channels({maps, run.begin, run.end});
}

AttentionMap map_of(const Tensor& maps, int layer, std::int64_t head) {
  const std::int64_t n = maps.size(1);
  const float* values = maps.data<float>() + (head - 1) * n * n;
  return {layer, head, n, std::vector<float>(values, values + n * n)};
}

AttentionMap mean_of(const std::vector<AttentionMap>& maps) {
  AttentionMap out{maps.front().layer, {}, maps.front().size, std::vector<float>(maps.front().values.size())};
  for (const AttentionMap& map : maps)
    for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] += map.values[i];
  for (float& value : out.values) value /= static_cast<float>(maps.size());
  return out;
}

}  // namespace

std::string AttentionMap::name() const {
  return head ? fmt::format("layer {}, head {}", layer, *head) : fmt::format("layer {}, mean over heads", layer);
}

std::string AttentionMap::tag() const {
  return head ? fmt::format("l{}-h{}", layer, *head) : fmt::format("l{}-mean", layer);
}

std::vector<std::int64_t> parse_heads(const std::string& text, std::int64_t heads) {
  if (text == "all" || text == "mean") return {};
  std::set<std::int64_t> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, comma - at);
    const std::size_t dots = word.find("..");
    const std::int64_t first = parse_head(word.substr(0, dots), heads);
    const std::int64_t last = dots == std::string::npos ? first : parse_head(word.substr(dots + 2), heads);
    if (first > last) throw Error(ErrorKind::usage, {fmt::format("'{}' counts backwards", word), "--heads", {}});
    for (std::int64_t head = first; head <= last; ++head) out.insert(head);
    at = comma + 1;
  }
  return {out.begin(), out.end()};
}

std::vector<AttentionMap> attention_maps(const models::Model& model, const bio::Encoded& sequence,
                                         const MapRequest& request) {
  if (request.form != MapRequest::Form::tokens) models::require_residue_tokens(model, "attention between residues");
  std::vector<AttentionMap> out;
  std::vector<std::int64_t> heads = request.heads;
  for (std::int64_t h = 1; request.heads.empty() && h <= model.info().heads; ++h) heads.push_back(h);
  models::Taps taps;
  taps.last_layer = request.layers.back();
  taps.wants_attention = [&](int layer) {
    return std::find(request.layers.begin(), request.layers.end(), layer) != request.layers.end();
  };
  taps.attention = [&](int layer, std::int64_t, const Tensor& maps) {
    if (!engine::all_finite(maps)) throw engine::not_finite(model, sequence.ids, "attention");
    const Tensor form = formed(maps, sequence.map.run(), request.form);
    std::vector<AttentionMap> chosen;
    for (const std::int64_t head : heads) chosen.push_back(map_of(form, layer, head));
    if (request.mean) chosen = {mean_of(chosen)};
    std::move(chosen.begin(), chosen.end(), std::back_inserter(out));
  };
  const auto batch = models::Batch::pack(std::span(&sequence.ids, 1), model.tokenizer());
  models::require<models::Encoder>(model).encode(batch, taps);
  return out;
}

std::vector<std::string> map_labels(const bio::Tokenizer& tokenizer, const bio::Encoded& sequence,
                                    MapRequest::Form form) {
  std::vector<std::string> out;
  const bool all = form == MapRequest::Form::tokens;
  const bio::TokenSpan shown =
      all ? bio::TokenSpan{0, bio::mapped_tokens(tokenizer, sequence.map)} : sequence.map.run();
  for (std::int64_t t = shown.begin; t < shown.end; ++t) {
    const std::string& token = tokenizer.token(sequence.ids[static_cast<std::size_t>(t)]);
    const auto residue = sequence.map.residue_at(t);
    out.push_back(residue ? fmt::format("{}{}", token, *residue + 1) : token);
  }
  return out;
}

std::int64_t first_number(const bio::Encoded& sequence, MapRequest::Form form) {
  return form == MapRequest::Form::tokens ? 1 - sequence.map.run().begin : 1;
}

}  // namespace groel::tasks
