// Models that predict structures in numbers.
#include "tasks/info/folding_model.h"

#include "base/options.h"
#include "engine/precision.h"
#include "structure_models/sequence_network.h"
#include "structure_models/structure_network.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kLengths[] = {128, 256, 512, 1024};

}  // namespace

ordered_json describe_sequence_network(const std::filesystem::path& path, const std::string& dtype) {
  const auto network = structure_models::load_sequence_network(path, engine::parse_precision(dtype));
  const structure_models::SequenceNetworkFacts& facts = network->facts();
  ordered_json memory;
  for (const std::int64_t residues : kLengths) memory[std::to_string(residues)] = network->fold_bytes(residues);
  return {{"path", path.string()},
          {"family", facts.family},
          {"network", facts.title},
          {"checkpoint_layout", facts.layout},
          {"parameters", network->parameters()},
          {"language_model", {{"layers", facts.language_layers}, {"width", facts.language_width}}},
          {"trunk", {{"blocks", facts.blocks}, {"width", facts.width}, {"pair_width", facts.pair_width}}},
          {"recycles", network->passes(-1) - 1},
          {"dtype", dtype},
          {"weight_bytes", network->weight_bytes()},
          {"bytes_for_residues", memory},
          {"ignored_tensors", facts.ignored},
          {"licence", facts.licence},
          {"citation", facts.citation}};
}

void print_sequence_network(const ordered_json& info, std::ostream& out) {
  const auto line = [&](std::string_view label, const std::string& value) {
    out << fmt::format("{:<22}{}\n", label, value);
  };
  line("path", info["path"]);
  line("family", fmt::format("{}: structures from sequences, by `groel fold`", info["family"].get<std::string>()));
  line("checkpoint", info["checkpoint_layout"]);
  line("language model", fmt::format("{} layers, width {}", info["language_model"]["layers"].dump(),
                                     info["language_model"]["width"].dump()));
  line("trunk",
       fmt::format("{} blocks, residues {}, pairs {}, {} recycles", info["trunk"]["blocks"].dump(),
                   info["trunk"]["width"].dump(), info["trunk"]["pair_width"].dump(), info["recycles"].dump()));
  line("parameters", info["parameters"].dump());
  line("weights in memory", fmt::format("{} as {}", format_bytes(info["weight_bytes"].get<std::size_t>()),
                                        info["dtype"].get<std::string>()));
  for (const auto& [residues, bytes] : info["bytes_for_residues"].items())
    line(residues + " residues", format_bytes(bytes.get<std::size_t>()) + " beside the weights");
  line("unused tensors", fmt::format("{}", info["ignored_tensors"].size()));
  line("licence", info["licence"]);
  line("citation", info["citation"]);
}

ordered_json describe_structure_network(const std::filesystem::path& path) {
  using structure_models::RunJob;
  const structure_models::NetworkFacts facts = structure_models::structure_network_facts(path);
  const auto& [trunk, diffusion, confidence_blocks, confidence, kept_pairs] = facts.forms;
  constexpr std::int64_t kAtomsOfToken = 8;
  ordered_json memory;
  std::size_t weights = 0;
  for (const std::int64_t tokens : kLengths) {
    const RunJob job{tokens, kAtomsOfToken * tokens, facts.usual.alignment_rows, facts.templates};
    const structure_models::NetworkCost cost =
        structure_models::run_cost(facts.forms, job, facts.usual, facts.parameters);
    memory[std::to_string(tokens)] = cost.beside();
    weights = cost.weights;
  }
  return {{"path", path.string()},
          {"family", facts.family},
          {"network", facts.title},
          {"told_by", facts.told_by},
          {"identifier", facts.identifier},
          {"parameters", facts.parameters},
          {"trunk",
           {{"blocks", trunk.blocks}, {"alignment_blocks", trunk.alignment.blocks}, {"pair_width", trunk.pair_width}}},
          {"templates", facts.templates},
          {"diffusion", {{"blocks", diffusion.tokens.blocks}, {"width", diffusion.tokens.width}}},
          {"usual", {{"passes", facts.usual.passes}, {"steps", facts.usual.sampler.steps}}},
          {"weight_bytes", weights},
          {"bytes_for_tokens", memory},
          {"licence", facts.licence},
          {"citation", facts.citation}};
}

void print_structure_network(const ordered_json& info, std::ostream& out) {
  const auto line = [&](std::string_view label, const std::string& value) {
    out << fmt::format("{:<22}{}\n", label, value);
  };
  line("path", info["path"]);
  line("family", fmt::format("{}: structures of jobs, by `groel fold`", info["family"].get<std::string>()));
  line("network", fmt::format("{}, told {}", info["network"].get<std::string>(), info["told_by"].get<std::string>()));
  line("weights", info["identifier"]);
  line("trunk", fmt::format("{} blocks, {} over the alignment, pairs {}, {}", info["trunk"]["blocks"].dump(),
                            info["trunk"]["alignment_blocks"].dump(), info["trunk"]["pair_width"].dump(),
                            info["templates"].get<bool>() ? "templates" : "no templates"));
  line("diffusion",
       fmt::format("{} blocks, width {}", info["diffusion"]["blocks"].dump(), info["diffusion"]["width"].dump()));
  line("usually",
       fmt::format("{} passes of the trunk, {} steps", info["usual"]["passes"].dump(), info["usual"]["steps"].dump()));
  line("parameters", info["parameters"].dump());
  line("weights in memory", fmt::format("{} as f32", format_bytes(info["weight_bytes"].get<std::size_t>())));
  for (const auto& [tokens, bytes] : info["bytes_for_tokens"].items())
    line(tokens + " tokens", format_bytes(bytes.get<std::size_t>()) + " beside the weights");
  line("licence", info["licence"]);
  line("citation", info["citation"]);
}

}  // namespace groel::tasks
