// Classification heads of sequences and of residues: tokens, logits and losses.
#include <algorithm>
#include <cmath>

#include "engine/precision.h"
#include "golden/kind.h"
#include "golden/labelled_case.h"
#include "support/compare.h"
#include "train/objectives.h"

namespace groel::golden {
namespace {

constexpr double kLogit = 2e-5;  // largest difference
constexpr double kLoss = 2e-6;   // likewise

bool knows(const Case& golden) {
  const nlohmann::json& inputs = golden.inputs();
  const Head head = head_of(golden.config());
  return inputs.is_object() && inputs.contains("input_ids") && inputs.contains("labels") &&
         (head == Head::sequence_labels || head == Head::token_labels) && is_of_a_family(golden);
}

// Expected logits of all sequences in their order: one array, or one for each sequence.
std::vector<float> expected_logits(const Case& golden, std::size_t sequences) {
  if (golden.has("logits")) return golden.values("logits");
  std::vector<float> out;
  for (std::size_t s = 0; s < sequences; ++s) {
    const std::vector<float> rows = golden.values(fmt::format("logits.{}", s));
    out.insert(out.end(), rows.begin(), rows.end());
  }
  return out;
}

void check_logits(const Case& golden, const models::Model& model, const std::string& precision, Rows& rows) {
  const auto ids = token_ids(golden.inputs());
  const Tensor logits = head_logits(model, models::Batch::pack(ids, model.tokenizer()), head_of(golden.config()));
  const std::vector<float> expected = expected_logits(golden, ids.size());
  const bool f32 = precision == "f32";
  rows.near(precision + " logits", testing::relative_l2(logits.values<float>(), expected), f32 ? kF32 : kBf16);
  if (f32)
    rows.near("f32 logits, largest difference", testing::max_difference(logits.values<float>(), expected), kLogit);
}

// What the head of a sequence reads: the <cls> row of the last hidden state.
void check_cls(const Case& golden, const models::Model& model, Rows& rows) {
  if (!golden.has("cls_hidden")) return;
  const auto ids = token_ids(golden.inputs());
  const Forward plain = forward(model, ids);
  std::vector<float> found;
  for (std::size_t s = 0; s < ids.size(); ++s) {
    const std::vector<float> all = plain.rows(plain.last, s);
    found.insert(found.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(plain.last.size(1)));
  }
  rows.near("f32 <cls>", testing::relative_l2(found, golden.values("cls_hidden")), kF32);
}

void check_loss(const Case& golden, Rows& rows) {
  nlohmann::json inputs = golden.inputs();
  inputs["input_ids"] = token_ids(inputs);
  inputs.erase("attention_mask");
  const auto trainee = train::make_classifier(checkpoints::read_checkpoint(golden.folder()));
  const double loss =
      trainee->evaluate(testing::read_batch(inputs, form_of(golden, inputs["labels"]), trainee->model().tokenizer()))
          .mean();
  const double expected = golden.numbers("loss").at(0);
  rows.near("loss, difference", std::abs(loss - expected), std::max(kLoss, 5e-7 * std::abs(expected)));
}

void check(const Case& golden, Rows& rows) {
  const checkpoints::LoadedModel f32 = checkpoints::load_model(golden.folder());
  if (golden.inputs().contains("sequences"))
    rows.exact("tokens", tokens_differ(golden.inputs(), f32.model->tokenizer()));
  check_cls(golden, *f32.model, rows);
  check_logits(golden, *f32.model, "f32", rows);
  check_logits(golden, *checkpoints::load_model(golden.folder(), engine::parse_precision("bf16")).model, "bf16", rows);
  check_loss(golden, rows);
}

}  // namespace

Kind heads_kind() { return {"heads", knows, check}; }

}  // namespace groel::golden
