// How much memory a forward pass takes, found by running it on tensors without data.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "engine/outputs.h"

namespace groel::engine {

/// Bytes that the system lends, as the pool of tensors rounds and keeps them.
struct PassBytes {
  std::size_t pass = 0;     ///< by a pass, results included, beside what is kept
  std::size_t results = 0;  ///< of these the results
  std::size_t kept = 0;     ///< from then on: working memory of the threads there are now, and tables of the model
};

/// outputs_of sequences of these token counts (each of a residue at least) by a prepared model, the first time in a
/// process. Errors: as outputs_of.
PassBytes pass_bytes(const models::Model& model, const OutputRequest& request, std::span<const std::int64_t> tokens);

/// The same of one sequence of any length, with the threads there are now: of the next of sixteen lengths in an octave,
/// each measured once in a model's life, when it is asked for. What is longer than models read, or than anyone
/// computes, grows from there. Any thread may ask.
class PassMemory {
 public:
  /// That of a model, which outlives it.
  static std::shared_ptr<const PassMemory> find(const models::Model& model, const OutputRequest& request);
  PassMemory(const models::Model& model, OutputRequest request);
  PassBytes of(std::int64_t tokens) const;

 private:
  const PassBytes& measured(std::int64_t tokens) const;

  const models::Model& model_;
  OutputRequest request_;
  std::int64_t shortest_, longest_;  // tokens
  mutable std::mutex mutex_;
  mutable std::map<std::int64_t, PassBytes> known_;
};

}  // namespace groel::engine
