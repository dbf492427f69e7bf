// The table of what verbs take.
#include "tasks/reading/verb_input.h"

#include <array>

namespace groel::tasks {
namespace {

struct VerbInput {
  std::string_view task, verb, words;
};

constexpr std::array kInputs{
    VerbInput{"evaluate", "table", "PREDICTIONS"}, VerbInput{"evaluate", "terms", "PREDICTIONS"},
    VerbInput{"data", "split", "TABLE"},           VerbInput{"data", "describe", "TABLE"},
    VerbInput{"data", "labels", "LISTS"},          VerbInput{"data", "propagate", "LISTS"},
    VerbInput{"data", "terms", "ONTOLOGY [IDS]"},  VerbInput{"data", "filter", "TABLE"},
    VerbInput{"data", "dedupe", "TABLE"},          VerbInput{"data", "join", "TABLE FILE"}};

}  // namespace

std::string_view input_of(std::string_view task, std::string_view verb) {
  for (const VerbInput& one : kInputs)
    if (one.task == task && one.verb == verb) return one.words;
  return {};
}

}  // namespace groel::tasks
