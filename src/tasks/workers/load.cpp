// Numbers models, and compares what ranks have found under a name.
#include "tasks/workers/load.h"

#include "engine/ranked_models.h"
#include "tasks/reading/model.h"

namespace groel::tasks {

RankedLoad::RankedLoad(const std::string& work, const ranks::Bytes& what) {
  ranks::Crew* const crew = ranks::Crew::current();
  if (crew == nullptr) return;
  for (const std::uint64_t gone : engine::RankedModels::here().take_gone())
    crew->tell("drop model", ranks::MessageWriter().put(gone).take(), [](ranks::BytesView) {});
  static std::uint64_t last = 0;
  number_ = ++last;
  fingerprint_ = std::make_shared<std::string>();
  crew->tell(work, ranks::MessageWriter().put(number_).put_bytes(what).take(),
             [own = fingerprint_](ranks::BytesView result) {
               if (ranks::MessageReader(result).get_text() != *own)
                 throw Error(ErrorKind::bad_model,
                             {"the model is another one here than on rank 0", {}, "give all ranks the same files"});
             });
}

void RankedLoad::done(const models::Model& model, const std::string& fingerprint) const {
  if (number_ == 0) return;
  *fingerprint_ = fingerprint;
  engine::RankedModels::here().add(number_, model, nullptr);
}

ranks::RankWorks load_works() {
  using namespace ranks;
  const auto load = [](BytesView setup, BytesView) {
    MessageReader from(setup);
    const auto number = from.get<std::uint64_t>();
    MessageReader what(from.get_bytes());
    const std::string name = what.get_text(), dtype = what.get_text(), weights = what.get_text();
    std::vector<std::string> prompts;
    while (!what.done()) prompts.push_back(what.get_text());
    Sink nobody;  // rank 0 says it
    const auto loaded = std::make_shared<checkpoints::LoadedModel>(load_named(name, dtype, nobody, weights, prompts));
    engine::RankedModels::here().add(number, *loaded->model, loaded);
    return MessageWriter().put_text(loaded->fingerprint).take();
  };
  const auto load_predictor = [](BytesView setup, BytesView) {
    MessageReader from(setup);
    const auto number = from.get<std::uint64_t>();
    MessageReader what(from.get_bytes());
    ModelOptions options;
    options.model.value = what.get_text();
    options.model.given = true;
    options.dtype = what.get_text();
    options.weights = what.get_text();
    while (!what.done()) options.prompt.push_back(what.get_text());
    Sink nobody;
    const auto loaded = std::make_shared<predictors::Predictor>(load_predictor_of(options, nobody));
    engine::RankedModels::here().add(number, loaded->model(), loaded);
    return MessageWriter().put_text(loaded->fingerprint()).take();
  };
  const auto drop = [](BytesView setup, BytesView) {
    engine::RankedModels::here().drop(MessageReader(setup).get<std::uint64_t>());
    return Bytes();
  };
  return {{"load model", load}, {"load predictor", load_predictor}, {"drop model", drop}};
}

}  // namespace groel::tasks
