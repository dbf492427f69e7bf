// Models that read alignments: tokens, every layer, logits, maps of row attention and contacts.
#include <algorithm>
#include <optional>

#include "bio/alignment.h"
#include "bio/alignment_tokenizer.h"
#include "engine/outputs.h"
#include "engine/precision.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "support/compare.h"
#include "support/split_products.h"
#include "tasks/reading/alignment.h"

namespace groel::golden {
namespace {

using engine::Output;
using engine::OutputValues;
using nlohmann::json;
using testing::relative_l2;
using Ids = std::vector<std::vector<std::int32_t>>;

constexpr double kAlignmentF32 = 1e-5;  // the reference is 1.1e-5 (absolute, of logits) from its own f64

std::string text_of_run(const json& run) {
  std::vector<std::string> rows;
  for (const json& row : run.at("msa")) rows.push_back(row.at("seq"));
  return bio::join_rows(rows);
}

// One alignment after another: its rows' ids, one after another.
Ids ids_of(const json& inputs) {
  Ids out;
  for (const json& run : inputs.at("runs")) {
    out.emplace_back();
    for (const std::vector<std::int32_t> row : run.at("tokens"))
      out.back().insert(out.back().end(), row.begin(), row.end());
  }
  return out;
}

// What the alignments of the case, and its files of them, are read as.
std::string alignments_differ(const Case& golden, const bio::Tokenizer& tokenizer) {
  const Ids ids = ids_of(golden.inputs());
  for (std::size_t k = 0; k < ids.size(); ++k) {
    if (tokenizer.encode(text_of_run(golden.inputs()["runs"][k])).ids != ids[k]) return fmt::format("alignment {}", k);
    const std::string file = fmt::format("msa{}.a3m", k);
    if (!golden.holds(file)) continue;
    std::string text;
    tasks::for_each_input({(golden.folder() / file).string()}, {}, tasks::AlignmentOptions{}, tokenizer,
                          [&](io::SequenceRecord& record) {
                            if (record.error) throw Error(*record.error);
                            text = record.sequence;
                          });
    if (tokenizer.encode(text).ids != ids[k]) return file;
  }
  return {};
}

std::vector<OutputValues> outputs_of(const models::Model& model, const Ids& ids) {
  engine::OutputRequest request{.outputs = {Output::per_residue, Output::logits, Output::contacts, Output::attentions},
                                .all_rows = true};
  for (int layer = 0; layer <= model.info().layers; ++layer) request.layers.push_back(layer);
  std::vector<OutputValues> out = engine::outputs_of(model, ids, request);
  for (const OutputValues& one : out)
    if (one.failure) throw Error(*one.failure);
  return out;
}

// [R, C, W] without the first column.
std::vector<float> without_first(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
  std::vector<float> out;
  const auto width = static_cast<std::size_t>(shape[2]), columns = static_cast<std::size_t>(shape[1]);
  for (std::size_t r = 0; r < static_cast<std::size_t>(shape[0]); ++r)
    out.insert(out.end(), values.begin() + static_cast<std::ptrdiff_t>((r * columns + 1) * width),
               values.begin() + static_cast<std::ptrdiff_t>((r + 1) * columns * width));
  return out;
}

class Alignments {
 public:
  Alignments(const Case& golden, Rows& rows) : golden_(golden), rows_(rows), ids_(ids_of(golden.inputs())) {}

  void check(const Layout& layout) {
    const checkpoints::LoadedModel loaded = checkpoints::load_model(layout.path);
    const std::string prefix = layout.name.empty() ? "" : layout.name + " ";
    rows_.exact(prefix + "tokens", alignments_differ(golden_, loaded.model->tokenizer()));
    const auto ours = compare(*loaded.model, prefix + "f32 ", kAlignmentF32);
    rows_.exact(prefix + "alone and together, bit by bit", alone_differs(*loaded.model, ours));
    if (first_) {
      rows_.exact(prefix + "as the first form, bit by bit", differ(*first_, ours));
      return;
    }
    first_ = ours;
    {
      const SplitProducts split;
      compare(*checkpoints::load_model(layout.path, engine::parse_precision("f32x3")).model, prefix + "f32x3 ", kSplit);
    }
    compare(*checkpoints::load_model(layout.path, engine::parse_precision("bf16")).model, prefix + "bf16 ", kBf16);
    compare(*checkpoints::load_model(layout.path, engine::parse_precision("int8")).model, prefix + "int8 ", kInt8);
  }

 private:
  std::vector<OutputValues> compare(const models::Model& model, const std::string& prefix, double tolerance) {
    Worst worst;
    const Forward plain = forward(model, ids_);
    const Tensor logits = models::require<models::MaskedLm>(model).logits(plain.last);
    const auto outputs = outputs_of(model, ids_);
    for (std::size_t k = 0; k < ids_.size(); ++k) {
      for (int layer = 0; layer <= model.info().layers; ++layer)
        compare_rows(fmt::format("representations.{}.{}", layer, k), plain.rows(plain.hidden.at(layer), k),
                     outputs[k].at(Output::per_residue, layer), worst);
      compare_rows(fmt::format("logits.{}", k), plain.rows(logits, k), outputs[k].of(Output::logits), worst);
      compare_maps(k, outputs[k], worst);
    }
    worst.write(rows_, prefix, tolerance);
    return outputs;
  }

  // `all`: of every token; `shown`: as the engine shows them.
  void compare_rows(const std::string& name, const std::vector<float>& all, const Tensor& shown, Worst& worst) {
    const std::vector<float> expected = golden_.values(name);
    const std::string what = name.substr(0, name.find('.'));
    worst.add(what + ", every token", relative_l2(all, expected), name);
    worst.add(what, relative_l2(shown.values<float>(), without_first(expected, golden_.shape(name))), name);
  }

  void compare_maps(std::size_t k, const OutputValues& ours, Worst& worst) {
    std::vector<float> maps;
    for (const auto& value : ours.values) {
      if (value.output != Output::attentions) continue;
      const auto values = value.tensor.values<float>();
      maps.insert(maps.end(), values.begin(), values.end());
    }
    for (const auto& [name, values] : {std::pair{fmt::format("row_attentions.{}", k), std::span<const float>(maps)},
                                       {fmt::format("contacts.{}", k), ours.of(Output::contacts).values<float>()}})
      worst.add(name.substr(0, name.find('.')), relative_l2(values, golden_.values(name)), name);
  }

  std::string alone_differs(const models::Model& model, const std::vector<OutputValues>& together) const {
    std::vector<OutputValues> alone;
    for (const auto& one : ids_) alone.push_back(std::move(outputs_of(model, {one}).front()));
    return differ(together, alone);
  }

  static std::string differ(const std::vector<OutputValues>& a, const std::vector<OutputValues>& b) {
    for (std::size_t k = 0; k < a.size(); ++k)
      for (const auto& value : a[k].values)
        if (!std::ranges::equal(value.tensor.values<float>(), b[k].at(value.output, value.layer).values<float>()))
          return fmt::format("{} of layer {}, alignment {}", bio::name(value.output), value.layer, k);
    return {};
  }

  const Case& golden_;
  Rows& rows_;
  Ids ids_;
  std::optional<std::vector<OutputValues>> first_;  // f32 of the first form
};

bool knows(const Case& golden) {
  const json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("runs") && !inputs["runs"].empty() &&
         inputs["runs"][0].contains("msa") && !golden.names("row_attentions.").empty() && is_of_a_family(golden);
}

void check(const Case& golden, Rows& rows) {
  const std::vector<Layout> all = layouts(golden);
  if (all.empty()) throw Error(ErrorKind::bad_input, "there are no weights");
  Alignments alignments(golden, rows);
  for (const Layout& layout : all) {
    try {
      alignments.check(layout);
    } catch (const std::exception& error) {
      rows.miss(layout.name.empty() ? "the folder" : layout.name, error.what());
    }
  }
}

}  // namespace

Kind alignment_kind() { return {"alignments", knows, check}; }

}  // namespace groel::golden
