// How likely a causal model finds whole sequences, token by token, in packed batches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/plan.h"

namespace groel::engine {

/// A sequence to be read. The first token is given; every other one is predicted from those before it.
struct CausalQuery {
  std::int64_t key = 0;  ///< the caller's own
  std::vector<std::int32_t> ids;
};

struct CausalAnswer {
  std::int64_t key;
  std::span<const double> log_probabilities;  ///< of ids[1..], natural logarithms; valid during the call only
  const Error* failure = nullptr;             ///< what the model said was not finite; no log-probabilities then
};

class CausalScan {
 public:
  /// What the model said of one sequence.
  struct Reading {
    std::vector<double> log_probabilities;
    std::optional<Error> failure{};
  };
  /// Fills in the next query; false when there is none.
  using Source = std::function<bool(CausalQuery& query)>;
  using Receiver = std::function<void(const CausalAnswer& answer)>;

  /// Errors: unsupported, when the model is no causal one.
  CausalScan(const models::Model& model, const PlanOptions& plan);

  /// Answers every query in order. Memory is that of a batch. Errors: as check_fits; interrupted.
  void run(const Source& source, const Receiver& receiver) const;
  /// Errors: bad_input, where a sequence has more tokens than the model's context; memory.
  void check_fits(std::int64_t tokens) const;

  /// One batch, whatever its size.
  std::vector<Reading> read(const std::vector<CausalQuery>& batch) const;

 private:
  const models::Model& model_;
  const models::Encoder& encoder_;
  const models::CausalLm& causal_;
  MemoryPlan plan_;
};

}  // namespace groel::engine
