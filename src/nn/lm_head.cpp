// The language-model head, which shares its table with the embeddings.
#include "nn/lm_head.h"

#include "base/error.h"
#include "ops/compare.h"

namespace groel::nn {

namespace {

void refuse_two_tables(std::string_view name) {
  throw Error(
      ErrorKind::bad_model,
      {"the file holds an output table that is not its embedding table, and the configuration says that they are "
       "one",
       std::string(name), "set tie_word_embeddings to false in config.json if the file is right"});
}

}  // namespace

void TableHead::members(Members to) {
  if (tied_)
    to.optional("output table").tensor("weight", {vocabulary_, width_}, Role::buffer, table_);
  else
    to.tensor("weight", {vocabulary_, width_}, Role::embedding, table_, &gradient_);
}

void TableHead::ready(const Form& form) {
  if (tied_ && table_.defined() && !ops::equal(table_.to(DType::f32).clone(), words_.table()))
    refuse_two_tables("lm_head.weight");
  form_ = form;
  if (tied_)
    table_ = {};
  else if (form.training)
    table_ = table_.to(DType::f32).clone();
  pack();
  if (!form.training) table_ = {};
}

// Splitting into bf16 products is for small errors of long chains of blocks, which a head ends.
void TableHead::pack() {
  const bool whole = form_.precision == ops::Precision::int8;
  const bool half = ops::beside_products(form_.precision) == ops::Precision::bf16;
  const auto precision = half ? ops::Precision::bf16 : ops::Precision::f32;
  const Tensor& table = tied_ ? words_.table() : table_;
  packed_ = ops::PackedWeight(table, precision,
                              form_.training ? ops::WeightForm::exact
                              : whole        ? ops::WeightForm::int8
                                             : form_.weights);
  if (form_.training) packed_transposed_ = ops::PackedWeight(ops::transpose(table), precision);
}

void TableHead::repack() { pack(); }

Tensor TableHead::operator()(const Tensor& x) const {
  return autograd::linear(x, {packed_, packed_transposed_, {tied_ ? words_.gradient() : gradient_, {}}});
}

void TiedLmHead::members(Members to) {
  to.part("dense", dense_);
  to.part("layer_norm", norm_);
  to.tensor("bias", {vocabulary_}, Role::bias, bias_, &bias_gradient_);
  (tied_ ? to.optional("output table") : to).tensor("decoder.weight", {vocabulary_, width_}, Role::buffer, table_);
}

bool TiedLmHead::same_tables() const {
  return !table_.defined() || ops::equal(table_.to(DType::f32).clone(), words_.table());
}

void TiedLmHead::ready(const Form& form) {
  if (tied_ && !same_tables()) refuse_two_tables("lm_head.decoder.weight");
  if (form.training && !same_tables())
    throw Error(ErrorKind::unsupported, {"this checkpoint's output table is not its embedding table",
                                         "lm_head.decoder.weight", "train from a model whose two tables are tied"});
  if (!bias_.defined()) return;  // the checkpoint has no such head
  bias_ = form.training ? bias_.to(DType::f32).clone() : bias_.to(DType::f32);
  pack(table_.defined() ? table_.to(DType::f32) : words_.table(), form.training);
  table_ = {};
}

void TiedLmHead::pack(const Tensor& table, bool both_ways) {
  packed_ = ops::PackedWeight(table, ops::Precision::f32);
  if (both_ways) packed_transposed_ = ops::PackedWeight(ops::transpose(table), ops::Precision::f32);
}

void TiedLmHead::repack() {
  if (bias_.defined()) pack(words_.table(), true);
}

Tensor TiedLmHead::operator()(const Tensor& x) const {
  const Tensor hidden = norm_(dense_(x, {.activation = ops::Activation::gelu_erf}));
  return autograd::linear(hidden, {packed_, packed_transposed_, {words_.gradient(), bias_gradient_}}, {.bias = bias_});
}

}  // namespace groel::nn
