// Sends sequences, and reads structures.
#include "tasks/workers/fold.h"

#include <chrono>

#include "engine/precision.h"
#include "nn/folding/pairs.h"
#include "tasks/fold/sequence_network_files.h"

namespace groel::tasks {
namespace {

using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;
using structure_models::SequenceNetwork;
using structure_models::SequenceStructure;

std::shared_ptr<const SequenceNetwork> g_network;  // of this process: another rank's own, or the leader's

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
  g_network = structure_models::load_sequence_network(find_sequence_network(name).path, engine::parse_precision(dtype));
  return MessageWriter().put_text(g_network->facts().fingerprint).take();
}

SequenceStructure folded(MessageReader& setup, const structure_models::EsmfoldInput& input) {
  GROEL_REQUIRE(g_network != nullptr);
  const auto recycles = setup.get<std::int64_t>();
  std::optional<nn::folding::ChunkLimit> rows;
  if (const auto chunk = setup.get<std::optional<std::int64_t>>())
    rows.emplace(*chunk * static_cast<std::int64_t>(input.types.size()) * 4 * g_network->facts().pair_width);
  const std::vector<const std::vector<std::int32_t>*> types{&input.types};
  return g_network->fold(input, g_network->describe(types).front(), {.recycles = recycles});
}

Bytes fold(BytesView setup, BytesView shard) {
  MessageReader from(shard), settings(setup);
  structure_models::EsmfoldInput input;
  input.types = from.get_all<std::int32_t>();
  input.residue_index = from.get_all<std::int32_t>();
  const auto began = std::chrono::steady_clock::now();
  MessageWriter out;
  try {
    const SequenceStructure structure = folded(settings, input);
    out.put(true);
    put_floats(out, structure.atoms);
    put_floats(out, structure.plddt);
    out.put(structure.pae.defined());
    if (structure.pae.defined()) put_floats(out, structure.pae);
    out.put(structure.ptm);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    out = MessageWriter();
    out.put(false);
    ranks::put_error(out, error);
  }
  return out.put(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()).take();
}

}  // namespace

RankedFold::RankedFold(ranks::Crew& crew, const SequenceNetwork& own, const std::string& name, const std::string& dtype)
    : crew_(crew) {
  g_network = std::shared_ptr<const SequenceNetwork>(&own, [](const SequenceNetwork*) {});
  crew.tell("load sequence network", MessageWriter().put_text(name).put_text(dtype).take(),
            [expected = own.facts().fingerprint](BytesView result) {
              if (MessageReader(result).get_text() != expected)
                throw Error(ErrorKind::bad_model,
                            {"the model is another one here than on rank 0", {}, "give all ranks the same files"});
            });
}

RankedFold::~RankedFold() { g_network = nullptr; }

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
                 out.structure.atoms = get_floats(from);
                 out.structure.plddt = get_floats(from);
                 if (from.get<bool>()) out.structure.pae = get_floats(from);
                 out.structure.ptm = from.get<std::optional<float>>();
               } else {
                 out.error = ranks::get_error(from);
               }
               out.seconds = from.get<double>();
               work.take(std::move(out));
             }});
}

ranks::RankWorks folding_works() { return {{"load sequence network", load}, {"fold", fold}}; }

}  // namespace groel::tasks
