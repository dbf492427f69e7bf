// Whose turn it is where proteins are written from several prompts at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "generation/generator.h"

namespace groel::tasks {

/// How far a run is: all before `prompt` are done with, and of that one so many were judged and taken.
struct PromptPlace {
  std::int64_t prompt = 0, tried = 0, taken = 0;
  bool operator==(const PromptPlace&) const = default;
};

/// Proteins are judged in the order of prompts and of tries, whatever the order in which they are written: what is kept
/// does not depend on how many are written at a time. As many are in work of a prompt as it still wants, and later
/// prompts begin while an earlier one waits.
class PromptTurns {
 public:
  struct Limits {
    std::int64_t prompts, number, tries;  ///< of each prompt: wanted, and written at most
    std::int64_t ahead;                   ///< proteins at most that were begun and not judged
  };
  struct Turn {
    std::int64_t prompt, attempt;  ///< both from 0
  };

  /// `from`: where an earlier run came to.
  PromptTurns(Limits limits, PromptPlace from);

  /// What to write next; none: nothing, until more was judged.
  std::optional<Turn> next();
  /// A protein of that turn, whose tries come in order. Calls `takes` of it, and of those that waited for it, in order;
  /// it says whether the protein is kept.
  void add(std::int64_t prompt, generation::Written written,
           const std::function<bool(std::int64_t prompt, const generation::Written&)>& takes);
  /// What was judged.
  PromptPlace place() const;

 private:
  struct State {
    std::int64_t given = 0, tried = 0, taken = 0;
    std::deque<generation::Written> waiting{};
  };
  bool wants(const State& state) const;
  void move_on();

  Limits limits_;
  std::int64_t current_;     // the prompt that is judged
  std::deque<State> going_;  // from the current one
  std::int64_t begun_ = 0;   // and not judged
};

}  // namespace groel::tasks
