// Runs copies of sequences with some residues masked in packed batches, and gives the logits at chosen positions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/plan.h"
#include "engine/windows.h"

namespace groel::engine {

/// One copy of a sequence: what is masked in it and which positions are asked for. Positions are those of residues,
/// from 1.
struct ScanQuery {
  std::int64_t key = 0;              ///< the caller's own
  const bio::Encoded* of = nullptr;  ///< the sequence; valid until the source is asked again
  std::vector<std::int64_t> masked;  ///< the mask takes their tokens' place before the pass
  std::vector<std::int64_t> wanted;  ///< ascending; of a sequence over the window, seen_together
};

/// What came of one wanted position of one query.
struct ScanAnswer {
  std::int64_t key;
  std::int64_t position;
  std::span<const double> log_probabilities;  ///< [V], natural logarithms; valid during the call only
  const Error* failure = nullptr;             ///< what the model said was not finite; no log-probabilities then
};

struct ScanOptions {
  PlanOptions plan;
  std::optional<std::int64_t> window;  ///< tokens the model sees of a longer sequence; none: all of it
};

/// The part of a sequence of `tokens` tokens that is seen when the token `at` is asked for, as ProteinGym has it:
/// `window` tokens, half of them before it, as far as the ends of the sequence allow.
Window optimal_window(std::int64_t at, std::int64_t tokens, std::int64_t window);

class MaskedScan {
 public:
  /// Fills in the next query; false when there is none.
  using Source = std::function<bool(ScanQuery& query)>;
  using Receiver = std::function<void(const ScanAnswer& answer)>;

  /// The window is cut to what the model can read. Errors: unsupported, when the model fills no masks, or residues
  /// share its tokens.
  MaskedScan(const models::Model& model, const ScanOptions& options);

  /// Answers every query in order, its positions in order. Only the rows asked for go through the head, and memory is
  /// that of a batch, however many queries there are. Errors: memory (see check_fits), interrupted.
  void run(const Source& source, const Receiver& receiver) const;

  /// Whether sequences of that many tokens are seen through a window.
  bool is_windowed(std::int64_t tokens) const { return window_ && tokens > *window_; }
  /// The first of some ascending positions, as many as one pass answers: those whose window is the first one's.
  std::span<const std::int64_t> seen_together(std::span<const std::int64_t> positions, const bio::ResidueMap& of) const;
  /// Throws the memory error of a sequence too long for the plan.
  void check_fits(std::int64_t tokens) const;

 private:
  struct Pending;
  Window window_of(std::int64_t position, const bio::ResidueMap& of) const;
  Pending prepare(const ScanQuery& query) const;
  void answer(const std::vector<Pending>& batch, const Receiver& receiver) const;
  Tensor logits_of(const std::vector<Pending>& batch) const;

  const models::Model& model_;
  const models::Encoder& encoder_;
  const models::MaskedLm& head_;
  MemoryPlan plan_;
  std::optional<std::int64_t> window_;
};

}  // namespace groel::engine
