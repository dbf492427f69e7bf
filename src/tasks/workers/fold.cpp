// Sends sequences, and reads structures.
#include "tasks/workers/fold.h"

#include <chrono>

#include "engine/precision.h"
#include "nn/folding/pairs.h"
#include "structure_models/find_esmfold.h"

namespace groel::tasks {
namespace {

using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;
using structure_models::EsmfoldOutput;
using structure_models::LoadedEsmfold;

std::shared_ptr<const LoadedEsmfold> g_esmfold;  // of this process: another rank's own, or the leader's

void put_floats(MessageWriter& to, const Tensor& tensor) {
  to.put_all(tensor.shape()).put_all(tensor.host_view().values<float>());
}
Tensor get_floats(MessageReader& from) {
  const auto shape = from.get_all<std::int64_t>();
  const auto values = from.get_all<float>();
  GROEL_REQUIRE(element_count(shape) == static_cast<std::int64_t>(values.size()));
  return Tensor::of<float>(shape, std::span(values));
}

Bytes load(BytesView setup, BytesView) {
  MessageReader from(setup);
  const std::string name = from.get_text(), dtype = from.get_text();
  g_esmfold = std::make_shared<const LoadedEsmfold>(
      structure_models::load_esmfold(structure_models::find_esmfold(name).path, engine::parse_precision(dtype)));
  return MessageWriter().put_text(g_esmfold->fingerprint).take();
}

EsmfoldOutput folded(MessageReader& setup, const structure_models::EsmfoldInput& input) {
  GROEL_REQUIRE(g_esmfold != nullptr);
  const structure_models::Esmfold& model = *g_esmfold->model;
  const auto recycles = setup.get<std::int64_t>();
  std::optional<nn::folding::ChunkLimit> rows;
  if (const auto chunk = setup.get<std::optional<std::int64_t>>())
    rows.emplace(*chunk * static_cast<std::int64_t>(input.types.size()) * 4 * model.shape().trunk.pair_width);
  const std::vector<const std::vector<std::int32_t>*> types{&input.types};
  return model.fold(input, model.describe(types).front(), {.recycles = recycles});
}

Bytes fold(BytesView setup, BytesView shard) {
  MessageReader from(shard), settings(setup);
  structure_models::EsmfoldInput input;
  input.types = from.get_all<std::int32_t>();
  input.residue_index = from.get_all<std::int32_t>();
  const auto began = std::chrono::steady_clock::now();
  MessageWriter out;
  try {
    const EsmfoldOutput output = folded(settings, input);
    out.put(true);
    for (const Tensor* const one : {&output.rounds.back().atoms, &output.plddt, &output.pae}) put_floats(out, *one);
    out.put(output.ptm);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    out = MessageWriter();
    out.put(false);
    ranks::put_error(out, error);
  }
  return out.put(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()).take();
}

}  // namespace

RankedFold::RankedFold(ranks::Crew& crew, const LoadedEsmfold& own, const std::string& name, const std::string& dtype)
    : crew_(crew) {
  g_esmfold = std::shared_ptr<const LoadedEsmfold>(&own, [](const LoadedEsmfold*) {});
  crew.tell("load esmfold", MessageWriter().put_text(name).put_text(dtype).take(),
            [expected = own.fingerprint](BytesView result) {
              if (MessageReader(result).get_text() != expected)
                throw Error(ErrorKind::bad_model,
                            {"the model is another one here than on rank 0", {}, "give all ranks the same files"});
            });
}

RankedFold::~RankedFold() { g_esmfold = nullptr; }

void RankedFold::run(const Work& work) {
  const auto next = [&]() -> std::optional<Bytes> {
    const structure_models::EsmfoldInput* const input = work.next();
    if (input == nullptr) return {};
    return MessageWriter().put_all(input->types).put_all(input->residue_index).take();
  };
  crew_.run({"fold", MessageWriter().put(work.recycles).put(work.chunk).take(), next, [&](BytesView result) {
               MessageReader from(result);
               Folded out;
               if (from.get<bool>()) {
                 out.output.rounds.emplace_back().atoms = get_floats(from);
                 out.output.plddt = get_floats(from);
                 out.output.pae = get_floats(from);
                 out.output.ptm = from.get<float>();
               } else {
                 out.error = ranks::get_error(from);
               }
               out.seconds = from.get<double>();
               work.take(std::move(out));
             }});
}

ranks::RankWorks folding_works() { return {{"load esmfold", load}, {"fold", fold}}; }

}  // namespace groel::tasks
