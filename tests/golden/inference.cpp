// Encoders with their language-model and contact heads: tokens, every layer, logits, attention maps and contacts.
#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "engine/outputs.h"
#include "engine/precision.h"
#include "golden/inference_names.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "support/compare.h"
#include "support/split_products.h"

namespace groel::golden {
namespace {

using engine::Output;
using engine::OutputValues;
using testing::relative_l2;

// What a model makes of a case's sequences: by the plain forward pass, and by the engine as tasks use it.
struct Outputs {
  std::vector<std::string> capabilities;
  std::int64_t parameters = 0;
  Forward plain;
  Tensor logits;  // [T, V]
  std::vector<OutputValues> embeddings;
  std::vector<bool> embedded;  // <cls> <eos> alone has no residues to embed
};

enum class Maps { wanted, unwanted };

bool can(const models::Model& model, std::string_view capability) {
  const auto have = model.capabilities();
  return std::find(have.begin(), have.end(), capability) != have.end();
}

Outputs outputs_of(const models::Model& model, const std::vector<std::vector<std::int32_t>>& ids, Maps maps) {
  Outputs out;
  out.capabilities = model.capabilities();
  out.parameters = model.info().parameters;
  out.plain = forward(model, ids);
  const bool lm = can(model, models::MaskedLm::kName);
  if (lm) out.logits = models::require<models::MaskedLm>(model).logits(out.plain.last);
  engine::OutputRequest request;
  for (int layer = 0; layer <= model.info().layers; ++layer) request.layers.push_back(layer);
  request.outputs = {Output::mean, Output::cls, Output::per_residue};
  if (lm) request.outputs.push_back(Output::logits);
  if (can(model, models::ContactPredictor::kName)) request.outputs.push_back(Output::contacts);
  if (maps == Maps::wanted) request.outputs.push_back(Output::attentions);
  std::vector<std::vector<std::int32_t>> with_residues;
  for (const auto& sequence : ids) {
    out.embedded.push_back(sequence.size() > 2);
    if (out.embedded.back()) with_residues.push_back(sequence);
  }
  auto results = engine::outputs_of(model, with_residues, request);
  auto next = results.begin();
  for (const bool there : out.embedded) out.embeddings.push_back(there ? std::move(*next++) : OutputValues{});
  for (const OutputValues& embedding : out.embeddings)
    if (embedding.failure) throw Error(*embedding.failure);
  return out;
}

// Rows 1..n-2 of [n, D]: what is left without <cls> and <eos>.
std::span<const float> inner(const std::vector<float>& rows, std::size_t width) {
  return std::span(rows).subspan(width, rows.size() - 2 * width);
}

class Comparison {
 public:
  Comparison(const Case& golden, const Names& names, const models::Model& model)
      : golden_(golden), names_(names), layers_(static_cast<int>(model.info().layers)) {}

  Worst compare(const Outputs& ours) {
    for (std::size_t s = 0; s < ours.embeddings.size(); ++s) {
      for (int k = 0; k <= layers_; ++k) {
        const int layer = k + names_.first_layer;
        if (layer < layers_ || (layer == layers_ && names_.last_is_normed))
          compare_hidden(ours, s, layer, fmt::format("hidden_states.{}.{}", k, s));
      }
      compare_hidden(ours, s, layers_, fmt::format("{}.{}", names_.last, s));
      compare_logits(ours, s);
      if (!ours.embedded[s]) continue;
      compare_contacts(ours.embeddings[s], fmt::format("contacts.{}", s));
      compare_attentions(ours.embeddings[s], fmt::format("attentions.{}", s));
    }
    return worst_;
  }
  // What the file has and the model does not give.
  const std::set<std::string>& missing() const { return missing_; }

 private:
  std::size_t width(const std::string& name) const { return static_cast<std::size_t>(golden_.shape(name).back()); }

  void compare_hidden(const Outputs& ours, std::size_t s, int layer, const std::string& name) {
    if (!golden_.has(name)) return;
    const std::vector<float> expected = golden_.values(name);
    worst_.add("hidden states, every token", relative_l2(ours.plain.rows(ours.plain.hidden.at(layer), s), expected),
               name);
    if (!ours.embedded[s]) return;
    const OutputValues& embedding = ours.embeddings[s];
    const std::size_t d = width(name);
    worst_.add("hidden states",
               relative_l2(embedding.at(Output::per_residue, layer).values<float>(), inner(expected, d)), name);
    worst_.add("<cls>", relative_l2(embedding.at(Output::cls, layer).values<float>(), std::span(expected).first(d)),
               name);
  }

  void compare_logits(const Outputs& ours, std::size_t s) {
    const std::string name = fmt::format("logits.{}", s);
    if (!golden_.has(name)) return;
    const std::vector<float> expected = golden_.values(name);
    if (!ours.logits.defined()) return void(missing_.insert("logits"));
    worst_.add("logits, every token", relative_l2(ours.plain.rows(ours.logits, s), expected), name);
    if (ours.embedded[s])
      worst_.add("logits",
                 relative_l2(ours.embeddings[s].of(Output::logits).values<float>(), inner(expected, width(name))),
                 name);
  }

  void compare_contacts(const OutputValues& embedding, const std::string& name) {
    if (!golden_.has(name)) return;
    const std::vector<float> expected = golden_.values(name);
    if (!embedding.has(Output::contacts)) return void(missing_.insert("contacts"));
    const bool same = std::ranges::equal(embedding.of(Output::contacts).shape(), golden_.shape(name));
    worst_.add("contacts", same ? relative_l2(embedding.of(Output::contacts).values<float>(), expected) : INFINITY,
               name);
  }

  void compare_attentions(const OutputValues& embedding, const std::string& name) {
    if (!golden_.has(name)) return;
    if (!embedding.has(Output::attentions)) return void(missing_.insert("attentions"));
    std::vector<float> maps;
    for (const auto& value : embedding.values) {
      if (value.output != Output::attentions) continue;
      const auto values = value.tensor.values<float>();
      maps.insert(maps.end(), values.begin(), values.end());
    }
    worst_.add("attentions", relative_l2(maps, golden_.values(name)), name);
  }

  const Case& golden_;
  const Names& names_;
  int layers_;
  Worst worst_;
  std::set<std::string> missing_;
};

// What one has and the other lacks is not compared.
std::string values_differ(const OutputValues& a, const OutputValues& b) {
  for (const auto& value : a.values)
    for (const auto& other : b.values)
      if (value.output == other.output && value.layer == other.layer &&
          !std::ranges::equal(value.tensor.values<float>(), other.tensor.values<float>()))
        return fmt::format("{} of layer {}", bio::name(value.output), value.layer);
  return {};
}

// A form without a head that the other has has less to compare.
std::string bits_differ(const Outputs& a, const Outputs& b) {
  if (a.parameters != b.parameters && a.capabilities == b.capabilities)
    return fmt::format("{} parameters, not {}", b.parameters, a.parameters);
  for (std::size_t s = 0; s < a.embeddings.size(); ++s) {
    const std::string what = values_differ(a.embeddings[s], b.embeddings[s]);
    if (!what.empty()) return fmt::format("{}, sequence {}", what, s);
  }
  return {};
}

// 1 - cosine of the means over residues of the last layer.
Worst mean_angles(const Outputs& exact, const Outputs& rounded, int last) {
  Worst worst;
  for (std::size_t s = 0; s < exact.embeddings.size(); ++s)
    if (exact.embedded[s])
      worst.add("1 - cosine of means with f32's",
                1 - testing::cosine(exact.embeddings[s].at(Output::mean, last).values<float>(),
                                    rounded.embeddings[s].at(Output::mean, last).values<float>()),
                fmt::format("sequence {}", s));
  return worst;
}

class Inference {
 public:
  Inference(const Case& golden, const Names& names, Rows& rows)
      : golden_(golden), names_(names), rows_(rows), ids_(token_ids(golden.inputs())) {}

  void check(const Layout& layout) {
    const checkpoints::LoadedModel loaded = checkpoints::load_model(layout.path);
    const std::string prefix = layout.name.empty() ? "" : layout.name + " ";
    const bool first = !exact_;
    if (golden_.inputs().contains("sequences"))
      rows_.exact(prefix + "tokens", tokens_differ(golden_.inputs(), loaded.model->tokenizer()));
    const bool rounded = !first && loaded.stored_dtype != stored_;
    const Outputs ours = compare(*loaded.model, prefix + "f32 ", rounded ? kHalf : names_.f32);
    if (first) {
      exact_ = ours;
      stored_ = loaded.stored_dtype;
      check_rounded(layout, prefix);
    } else if (!rounded) {
      rows_.exact(prefix + "as the first form, bit by bit", bits_differ(*exact_, ours));
    }
  }

 private:
  Outputs compare(const models::Model& model, const std::string& prefix, double tolerance) {
    Outputs ours = outputs_of(model, ids_, golden_.names("attentions.").empty() ? Maps::unwanted : Maps::wanted);
    Comparison comparison(golden_, names_, model);
    const Worst worst = comparison.compare(ours);
    if (worst.empty()) throw Error(ErrorKind::bad_input, "expected.safetensors has nothing of these sequences");
    worst.write(rows_, prefix, tolerance);
    // A torch file may come without the head that the folder has.
    for (const std::string& what : comparison.missing())
      exact_ ? rows_.not_run(prefix + what, "it has no such head") : rows_.miss(prefix + what, "it has no such head");
    return ours;
  }

  void check_rounded(const Layout& layout, const std::string& prefix) {
    {
      const SplitProducts split;
      compare(*checkpoints::load_model(layout.path, engine::parse_precision("f32x3")).model, prefix + "f32x3 ", kSplit);
    }
    const checkpoints::LoadedModel bf16 = checkpoints::load_model(layout.path, engine::parse_precision("bf16"));
    const Outputs ours = compare(*bf16.model, prefix + "bf16 ", kBf16);
    mean_angles(*exact_, ours, static_cast<int>(bf16.model->info().layers)).write(rows_, prefix + "bf16 ", 5e-4);
    compare(*checkpoints::load_model(layout.path, engine::parse_precision("int8")).model, prefix + "int8 ", kInt8);
  }

  const Case& golden_;
  const Names& names_;
  Rows& rows_;
  std::vector<std::vector<std::int32_t>> ids_;
  std::optional<Outputs> exact_;  // f32 of the first form
  std::string stored_;            // its data type on disk
};

const Names* names_of(const Case& golden) {
  for (const Names& names : kNames)
    if (!golden.names(std::string(names.last) + ".").empty()) return &names;
  return golden.names("logits.").empty() ? nullptr : kNames.data();
}

bool knows(const Case& golden) {
  const nlohmann::json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("input_ids") && !inputs.contains("labels") &&
         head_of(golden.config()) == Head::language_model && names_of(golden) != nullptr && is_of_a_family(golden);
}

void check(const Case& golden, Rows& rows) {
  const std::vector<Layout> all = layouts(golden);
  if (all.empty()) throw Error(ErrorKind::bad_input, "there are no weights");
  Inference inference(golden, *names_of(golden), rows);
  for (const Layout& layout : all) {
    try {
      inference.check(layout);
    } catch (const std::exception& error) {
      rows.miss(layout.name.empty() ? "the folder" : layout.name, error.what());
    }
  }
}

}  // namespace

Kind inference_kind() { return {"inference", knows, check}; }

}  // namespace groel::golden
