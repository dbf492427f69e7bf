// Contacts from attention maps: symmetrise, average-product correction, logistic regression (Rao et al. 2021).
#pragma once

#include <span>

#include "nn/module.h"
#include "ops/contacts.h"

namespace groel::nn {

using ops::contact_channels;

/// Regression over the channels layer·H + head. Maps come layer by layer, so that memory is one layer's, never all.
class ContactHead final : public Module {
 public:
  ContactHead() = default;
  ContactHead(std::int64_t layers, std::int64_t heads) : layers_(layers), heads_(heads) {}

  /// `weight` [1, layers·H] and `bias` [1].
  void members(Members to) override;
  void ready(const Form& form) override;

  /// Adds one layer's channels (layer counts from 0) to `logits` [L, L]. Rows and columns of `silent` (tokens that end
  /// a chain inside of the sequence) count as zero.
  void accumulate(Tensor& logits, std::int64_t layer, const ops::ResidueMaps& maps,
                  std::span<const std::int64_t> silent = {}) const;
  /// Logits to probabilities, in place.
  void finish(Tensor& logits) const;

 private:
  std::int64_t layers_ = 0;
  std::int64_t heads_ = 0;
  Tensor weight_;
  Tensor bias_;
};

}  // namespace groel::nn
