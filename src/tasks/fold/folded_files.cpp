// Writes structures and tells whose they are.
#include "tasks/fold/folded_files.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "io/npz.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using structure_models::EsmfoldSequence;
using structure_models::SequenceStructure;

constexpr const char* kOrigin = "made_from";

void add_floats(io::NpzWriter& to, const char* name, const std::vector<std::int64_t>& shape,
                const std::vector<float>& values) {
  to.add(name, DType::f32, shape, std::as_bytes(std::span(values)));
}

void add_integers(io::NpzWriter& to, const char* name, const std::vector<std::int32_t>& values) {
  to.add(name, DType::i32, {static_cast<std::int64_t>(values.size())}, std::as_bytes(std::span(values)));
}

// Of the residues of chains, without linkers.
void write_arrays(const fs::path& path, const EsmfoldSequence& sequence, const SequenceStructure& structure) {
  const std::int64_t residues = sequence.residues();
  std::vector<std::int32_t> chain, number;
  for (std::size_t i = 0; i < sequence.chain.size(); ++i) {
    if (sequence.chain[i] < 0) continue;
    chain.push_back(sequence.chain[i]);
    number.push_back(sequence.input.residue_index[i]);
  }
  io::NpzWriter writer(path);
  add_floats(writer, "positions", {residues, 14, 3}, structure_models::without_linkers(sequence, structure.atoms));
  add_floats(writer, "plddt", {residues, 37}, structure_models::without_linkers(sequence, structure.plddt));
  if (structure.ptm) add_floats(writer, "ptm", {}, {*structure.ptm});
  if (structure.pae.defined())
    add_floats(writer, "pae", {residues, residues}, structure_models::pairs_without_linkers(sequence, structure.pae));
  add_integers(writer, "chain_index", chain);
  add_integers(writer, "residue_index", number);
  writer.finish();
}

// {"pae": [[0.8, …], …]}, Å: for pages of structures.
std::string error_text(const EsmfoldSequence& sequence, const SequenceStructure& structure) {
  const std::vector<float> pae = structure_models::pairs_without_linkers(sequence, structure.pae);
  const auto residues = static_cast<std::size_t>(sequence.residues());
  std::string out = "{\"pae\": [";
  for (std::size_t i = 0; i < residues; ++i) {
    out += i == 0 ? "[" : ",\n[";
    for (std::size_t j = 0; j < residues; ++j)
      fmt::format_to(std::back_inserter(out), "{}{:.1f}", j == 0 ? "" : ", ", pae[i * residues + j]);
    out += ']';
  }
  return out + fmt::format("], \"max_predicted_aligned_error\": {}}}\n", 31.75);
}

}  // namespace

ordered_json FoldOrigin::json() const {
  return {{"sequence_sha256", sha256(sequence)},
          {"model", model},
          {"dtype", dtype},
          {"recycles", recycles},
          {"linker", linker},
          {"residue_offset", residue_offset}};
}

fs::path FoldedFiles::with(const char* extension) const { return stem_.string() + extension; }

ordered_json FoldedFiles::said() const {
  const fs::path file = with(".json");
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return nullptr;
  const ordered_json all = ordered_json::parse(read_text(file), nullptr, false);
  return all.is_object() && all.contains(kOrigin) ? all : ordered_json();
}

ordered_json FoldedFiles::finished(const FoldOrigin& origin, bool arrays) const {
  ordered_json all = said();
  if (all.is_null() || all[kOrigin] != origin.json()) return nullptr;
  std::error_code failed;
  for (const char* extension : {".pdb", ".cif"})
    if (!fs::exists(with(extension), failed)) return nullptr;
  if (all.contains("ptm") && !all["ptm"].is_null() && !fs::exists(with(".pae.json"), failed))
    return nullptr;  // they come together
  return arrays && !fs::exists(with(".npz"), failed) ? ordered_json() : all;
}

fs::path FoldedFiles::strange(const FoldOrigin& origin) const {
  std::error_code failed;
  const fs::path json = with(".json"), pdb = with(".pdb");
  if (fs::exists(json, failed)) {
    const ordered_json all = said();
    return all.is_null() || all[kOrigin] != origin.json() ? json : fs::path();
  }
  if (!fs::exists(pdb, failed)) return {};
  return read_text(pdb, std::size_t{1} << 30).starts_with(structure_models::pdb_title(title_)) ? fs::path() : pdb;
}

void FoldedFiles::write(const EsmfoldSequence& sequence, const SequenceStructure& structure, const ordered_json& row,
                        bool arrays) const {
  std::error_code failed;
  fs::remove(with(".json"), failed);
  write_text(with(".pdb"), structure_models::sequence_pdb(sequence, structure, title_));
  write_text(with(".cif"), structure_models::sequence_mmcif(sequence, structure, title_, stem_.filename().string()));
  if (structure.pae.defined()) write_text(with(".pae.json"), error_text(sequence, structure));
  if (arrays) write_arrays(with(".npz"), sequence, structure);
  write_text(with(".json"), row.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace groel::tasks
