// ESMFold: what every module gives in the first pass, whole runs, and the written structure.
#include "structure_models/esmfold/esmfold.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "golden/esm3_case.h"
#include "golden/kind.h"
#include "io/arrays.h"
#include "io/structure_atoms.h"
#include "ops/linear_grad.h"
#include "structure_models/esmfold/checkpoint.h"
#include "structure_models/esmfold/sequence.h"
#include "structure_models/ideal_residues.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using structure_models::Esmfold;
using structure_models::EsmfoldInput;
using structure_models::EsmfoldOutput;
using testing::max_difference;
using testing::relative_l2;

constexpr double kModule = 1e-5;  // relative L2
constexpr double kWhole = 1e-5;
constexpr double kPlace = 1e-3;  // Å
constexpr double kSure = 1e-5;   // of pLDDT, pTM

bool knows(const Case& golden) {
  return structure_models::is_esmfold(golden.config()) && golden.inputs().is_object() &&
         golden.inputs().contains("runs") && golden.inputs()["runs"].is_array();
}

// One protein of a run: residues that its mask leaves out are padding.
EsmfoldInput input_of(const json& run, std::size_t which) {
  EsmfoldInput out;
  const json& types = run["aatype"][which];
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (run["mask"].is_array() && run["mask"][which][i] == 0) continue;
    out.types.push_back(types[i]);
    if (run["position_ids"].is_array()) out.residue_index.push_back(run["position_ids"][which][i]);
  }
  return out;
}

EsmfoldOutput folded(const Esmfold& model, const json& run, const EsmfoldInput& input,
                     const structure_models::ModuleTaps& taps = {}) {
  structure_models::EsmfoldOptions options;
  options.keep = structure_models::StructureModule::Keep::all;
  if (run["num_recycles"].is_number()) options.recycles = run["num_recycles"];
  return model.fold(input, options, taps);
}

std::vector<float> difference(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] - b.at(i));
  return out;
}

class RunCheck {
 public:
  RunCheck(const Case& golden, std::string run, std::string end, Rows& rows)
      : golden_(golden), run_(std::move(run)), end_(std::move(end)), rows_(rows) {}

  std::string name(const std::string& key) const { return fmt::format("{}.{}{}", run_, key, end_); }

  void near(const std::string& key, std::span<const float> ours, double tolerance) {
    if (!golden_.has(name(key))) return;
    worst_.add(key, relative_l2(ours, golden_.values(name(key))), name(key));
    tolerances_[key] = tolerance;
  }
  void apart(const std::string& key, const std::string& what, std::span<const float> ours, double tolerance) {
    if (golden_.has(name(key)))
      rows_.near(fmt::format("{}: {}", name(key), what), max_difference(ours, golden_.values(name(key))), tolerance);
  }
  void exact(const std::string& key, const std::vector<std::int32_t>& ours) {
    if (golden_.has(name(key))) rows_.exact(name(key), differs(ours, whole_numbers(golden_.numbers(name(key))), key));
  }
  bool has(const std::string& key) const { return golden_.has(name(key)); }
  // How many rounds of the structure module are stored.
  std::size_t rounds(const std::string& key) const { return static_cast<std::size_t>(golden_.shape(name(key))[0]); }
  void write() const { worst_.write(rows_, run_ + end_ + ": ", kWhole); }

 private:
  const Case& golden_;
  std::string run_, end_;
  Rows& rows_;
  Worst worst_;
  std::map<std::string, double> tolerances_;
};

void check_rounds(const EsmfoldOutput& out, RunCheck& check) {
  const auto stacked = [&](const std::string& key, const Tensor structure_models::StructureRound::*member) {
    std::vector<float> all;
    if (!check.has(key)) return all;
    const std::size_t kept = std::min(check.rounds(key), out.rounds.size());
    for (std::size_t i = out.rounds.size() - kept; i < out.rounds.size(); ++i) {
      const std::vector<float> one = values_of(out.rounds[i].*member);
      all.insert(all.end(), one.begin(), one.end());
    }
    return all;
  };
  using Round = structure_models::StructureRound;
  check.apart("positions", "Å", stacked("positions", &Round::atoms), kPlace);
  check.near("frames", stacked("frames", &Round::frames), kWhole);
  check.near("angles", stacked("angles", &Round::angles), kWhole);
  check.near("unnormalized_angles", stacked("unnormalized_angles", &Round::raw_angles), kWhole);
  check.near("states", stacked("states", &Round::states), kWhole);
}

void check_residues(const EsmfoldInput& input, RunCheck& check) {
  std::vector<std::int32_t> of14, of37, kinds;
  for (const std::int32_t type : input.types) {
    const std::size_t atoms = structure_models::ideal_residue(type).atoms.size();
    std::vector<std::int32_t> there(structure_models::kAtomKinds, 0);
    for (std::size_t a = 0; a < structure_models::kMostAtoms; ++a) {
      const std::int32_t kind = structure_models::atom_kinds(type)[a];
      of14.push_back(a < atoms ? 1 : 0);
      kinds.push_back(kind);
      if (a < atoms) there[static_cast<std::size_t>(kind)] = 1;
    }
    of37.insert(of37.end(), there.begin(), there.end());
  }
  check.exact("atom14_atom_exists", of14);
  check.exact("atom37_atom_exists", of37);
  check.exact("residx_atom14_to_atom37", kinds);
}

void check_output(const Esmfold& model, const EsmfoldOutput& out, bool alone, RunCheck& check) {
  check_rounds(out, check);
  check.near("s_s", out.s.values<float>(), kWhole);
  check.near("s_z", out.z.values<float>(), kWhole);
  check.near("distogram_logits", model.distogram_logits(out.z).values<float>(), kWhole);
  check.near("lm_logits", model.residue_logits(out.s).values<float>(), kWhole);
  check.near("ptm_logits", model.error_logits(out.z).values<float>(), kWhole);
  check.near("predicted_aligned_error", out.pae.values<float>(), kWhole);
  check.apart("plddt", "pLDDT", out.plddt.values<float>(), kSure);
  // Of a batch there is one number, that of its padding, too.
  if (alone) check.apart("ptm", "pTM", std::span(&out.ptm, 1), kSure);
}

// What was seen of the first pass, by its names there.
class Seen {
 public:
  structure_models::ModuleTaps taps() {
    return structure_models::ModuleTaps([this](const std::string& name, const Tensor& value) {
      values_[name] = values_of(value.contiguous() ? value : value.clone());
    });
  }
  const std::vector<float>& at(const std::string& name) const { return values_.at(name); }

 private:
  std::map<std::string, std::vector<float>> values_;
};

std::vector<float> turned(const std::vector<float>& x, std::int64_t rows) {
  return values_of(ops::transpose(floats({rows, static_cast<std::int64_t>(x.size()) / rows}, x)));
}

std::vector<float> stored(const io::ArrayFile& file, const std::string& name) {
  const io::Array& array = file.arrays.at(name);
  const auto* values = reinterpret_cast<const float*>(array.bytes.data());
  return {values, values + array.bytes.size() / sizeof(float)};
}

// softmax(q kᵀ / √K + bias) of the first block [H, n, n], in double precision, as reference has it: [key, head, query].
std::vector<float> attention_maps(const Seen& seen, const io::ArrayFile& file, std::int64_t heads) {
  const std::string block = "trunk.blocks.0.";
  const std::vector<float> gain = stored(file, block + "layernorm_1.weight"),
                           shift = stored(file, block + "layernorm_1.bias");
  const std::vector<float> weight = stored(file, block + "seq_attention.proj.weight");
  const std::vector<float>&s = seen.at("trunk.s"), &bias = seen.at("trunk.blocks.0.pair_bias");
  const std::size_t width = gain.size(), n = s.size() / width, all = static_cast<std::size_t>(heads),
                    each = width / all;
  std::vector<double> qkv(n * 3 * width);
  for (std::size_t i = 0; i < n; ++i) {
    double mean = 0, square = 0;
    for (std::size_t c = 0; c < width; ++c) mean += s[i * width + c] / static_cast<double>(width);
    for (std::size_t c = 0; c < width; ++c) square += std::pow(s[i * width + c] - mean, 2) / static_cast<double>(width);
    for (std::size_t row = 0; row < 3 * width; ++row)
      for (std::size_t c = 0; c < width; ++c)
        qkv[i * 3 * width + row] +=
            weight[row * width + c] * ((s[i * width + c] - mean) / std::sqrt(square + 1e-5) * gain[c] + shift[c]);
  }
  std::vector<float> out(n * all * n);
  for (std::size_t h = 0; h < all; ++h)
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> scores(n);
      double total = 0;
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t c = 0; c < each; ++c)
          scores[j] += qkv[i * 3 * width + 3 * h * each + c] * qkv[j * 3 * width + (3 * h + 1) * each + c];
        scores[j] = std::exp(scores[j] / std::sqrt(static_cast<double>(each)) + bias[(h * n + i) * n + j]);
        total += scores[j];
      }
      for (std::size_t j = 0; j < n; ++j) out[(j * all + h) * n + i] = static_cast<float>(scores[j] / total);
    }
  return out;
}

// hook.*: outputs of modules in the first pass of the run that is called inner.
void check_modules(const Case& golden, const Esmfold& model, const EsmfoldInput& input, const Seen& seen, Rows& rows) {
  const io::ArrayFile file = io::read_safetensors(golden.folder() / "model.safetensors");
  const auto near = [&](const std::string& name, const std::vector<float>& ours) {
    if (golden.has("hook." + name))
      rows.near("hook." + name, relative_l2(ours, golden.values("hook." + name)), kModule);
  };
  const auto width = static_cast<std::size_t>(model.shape().trunk.width);
  const auto pair_width = static_cast<std::size_t>(model.shape().trunk.pair_width);
  std::vector<float> language = seen.at("described");
  if (model.shape().residue_embedding) {
    const std::vector<float> table = stored(file, "embedding.weight");
    for (std::size_t i = 0; i < language.size(); ++i)
      language[i] -= table[static_cast<std::size_t>(input.types[i / width]) * width + i % width];
  }
  near("esm_s_mlp", language);
  near("recycle_z_norm", seen.at("trunk.recycle_z_norm"));
  std::vector<float> places = difference(seen.at("trunk.z"), seen.at("trunk.recycle_z_norm"));
  const std::vector<float> distances = stored(file, "trunk.recycle_disto.weight");
  for (std::size_t i = 0; i < places.size(); ++i) places[i] -= distances[i % pair_width];
  near("pairwise_positional_embedding", places);
  const std::string block = "trunk.blocks.0.";
  near("blocks.0.pair_to_sequence", turned(seen.at(block + "pair_bias"), model.shape().trunk.heads()));
  near("blocks.0.seq_attention.0", difference(seen.at(block + "attention"), seen.at("trunk.s")));
  near("blocks.0.seq_attention.1", attention_maps(seen, file, model.shape().trunk.heads()));
  near("blocks.0.mlp_seq", seen.at(block + "transition"));
  near("blocks.0.sequence_to_pair", difference(seen.at(block + "from_residues"), seen.at("trunk.z")));
  std::string before = block + "from_residues";
  for (const auto& [theirs, ours] : {std::pair{"tri_mul_out", "multiply_outgoing"},
                                     {"tri_mul_in", "multiply_incoming"},
                                     {"tri_att_start", "attend_starting"},
                                     {"tri_att_end", "attend_ending"}}) {
    const std::string after = block + "pairs." + ours;
    near(std::string("blocks.0.") + theirs, difference(seen.at(after), seen.at(before)));
    before = after;
  }
  near("blocks.0.mlp_pair", seen.at(block + "pairs.transition"));
  near("blocks.0.0", seen.at(block + "transition"));
  near("blocks.0.1", seen.at(block + "pairs.transition"));
  for (const char* name : {"trunk2sm_s", "trunk2sm_z"}) near(name, seen.at(std::string("trunk.") + name));
  for (const char* name : {"sm.ipa", "sm.transition", "sm.bb_update", "sm.angle_resnet.0", "sm.angle_resnet.1"})
    near(name, seen.at(std::string("trunk.") + name));
}

// seq0.pdb: the structure of inputs["pdb_sequence"], with pLDDT from 0 to 1 where a temperature would be.
void check_file(const Case& golden, const Esmfold& model, Rows& rows) {
  if (!golden.holds("seq0.pdb") || !golden.inputs().contains("pdb_sequence")) return;
  const auto sequence = structure_models::esmfold_sequence(golden.inputs()["pdb_sequence"].get<std::string>());
  const EsmfoldOutput out = model.fold(sequence.input);
  const io::AtomStructure theirs = io::read_atoms((golden.folder() / "seq0.pdb").string());
  const std::vector<io::AtomChain> ours = structure_models::chains_of(sequence, out.structure());
  std::vector<float> their_atoms, our_atoms, their_sure, our_sure;
  std::string letters, our_letters;
  const auto gather = [](const io::AtomChain& chain, std::vector<float>& atoms, std::vector<float>& sure,
                         std::string& text) {
    for (const io::AtomResidue& residue : chain.residues) {
      text += residue.letter;
      sure.push_back(residue.b_factor);
      for (const auto& atom : residue.atoms)
        for (const float x : atom) atoms.push_back(std::isnan(x) ? 1e6F : x);
    }
  };
  gather(theirs.chains.at(0), their_atoms, their_sure, letters);
  gather(ours.at(0), our_atoms, our_sure, our_letters);
  for (float& x : our_sure) x /= 100;
  rows.exact("seq0.pdb: residues", letters == our_letters ? "" : fmt::format("{}, not {}", our_letters, letters));
  rows.near("seq0.pdb: Å", max_difference(our_atoms, their_atoms), kPlace);
  rows.near("seq0.pdb: pLDDT of CA", max_difference(our_sure, their_sure), 0.0051);  // two digits
}

void check(const Case& golden, Rows& rows) {
  const auto loaded = structure_models::load_esmfold(golden.folder());
  const Esmfold& model = *loaded.model;
  for (const json& run : golden.inputs()["runs"]) {
    const std::string name = run["name"];
    const std::size_t count = run["aatype"].size();
    for (std::size_t which = 0; which < count; ++which) {
      const EsmfoldInput input = input_of(run, which);
      Seen seen;
      const bool hooks = name == "inner";
      const EsmfoldOutput out = folded(model, run, input, hooks ? seen.taps() : structure_models::ModuleTaps());
      RunCheck own(golden, name, count > 1 ? fmt::format(".{}", which) : "", rows);
      check_output(model, out, count == 1, own);
      check_residues(input, own);
      own.write();
      if (hooks) check_modules(golden, model, input, seen, rows);
    }
  }
  check_file(golden, model, rows);
}

}  // namespace

Kind esmfold_kind() { return {"ESMFold", knows, check}; }

}  // namespace groel::golden
