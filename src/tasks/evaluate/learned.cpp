// Compares evaluation data with the list of sequences that training wrote.
#include "tasks/evaluate/learned.h"

#include "train/duplicates.h"

namespace groel::tasks {

void tell_learned(const train::Corpus& corpus, const std::string& model, nlohmann::ordered_json& result, Sink& sink) {
  const auto learned = train::read_learned(model);
  if (learned.empty()) return;
  const std::int64_t known = train::count_known(train::sequence_keys(corpus), learned);
  result["also_learned_from"] = known;
  if (known > 0)
    sink.warning(fmt::format("the model has learned from {} of these {} sequences: their scores say nothing of others",
                             known, corpus.size()));
}

}  // namespace groel::tasks
