// Gives turns to the prompt that is judged first, then to those after it.
#include "tasks/generate/turns.h"

#include <algorithm>

#include "base/error.h"

namespace groel::tasks {

PromptTurns::PromptTurns(Limits limits, PromptPlace from) : limits_(limits), current_(from.prompt) {
  if (current_ < limits_.prompts) going_.push_back({from.tried, from.tried, from.taken, {}});
  move_on();
}

// Were all taken that are in work, it would still lack some.
bool PromptTurns::wants(const State& state) const {
  return state.given < limits_.tries && state.taken + (state.given - state.tried) < limits_.number;
}

std::optional<PromptTurns::Turn> PromptTurns::next() {
  if (begun_ >= limits_.ahead || current_ >= limits_.prompts) return {};
  // Those between the first and the last of `going_` have all their first tries.
  std::size_t at = wants(going_.front()) ? 0 : going_.size() - 1;
  if (!wants(going_[at])) {
    if (current_ + static_cast<std::int64_t>(going_.size()) >= limits_.prompts) return {};
    going_.emplace_back();
    at = going_.size() - 1;
  }
  ++begun_;
  return Turn{current_ + static_cast<std::int64_t>(at), going_[at].given++};
}

void PromptTurns::add(std::int64_t prompt, generation::Written written,
                      const std::function<bool(std::int64_t, const generation::Written&)>& takes) {
  const auto at = static_cast<std::size_t>(prompt - current_);
  GROEL_REQUIRE(prompt >= current_ && at < going_.size());
  going_[at].waiting.push_back(std::move(written));
  while (!going_.empty() && !going_.front().waiting.empty()) {
    State& state = going_.front();
    const generation::Written one = std::move(state.waiting.front());
    state.waiting.pop_front();
    ++state.tried;
    --begun_;
    const std::int64_t judged = current_;
    if (takes(judged, one)) ++state.taken;
    move_on();
  }
}

// Past prompts that have all they want, or all their tries.
void PromptTurns::move_on() {
  while (!going_.empty() && (going_.front().taken >= limits_.number || going_.front().tried >= limits_.tries)) {
    going_.pop_front();
    ++current_;
    if (going_.empty() && current_ < limits_.prompts) going_.emplace_back();
  }
}

PromptPlace PromptTurns::place() const {
  if (going_.empty()) return {current_, 0, 0};
  return {current_, going_.front().tried, going_.front().taken};
}

}  // namespace groel::tasks
