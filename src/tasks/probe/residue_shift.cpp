// Compares the vectors of residues with and without prompts.
#include "tasks/probe/residue_shift.h"

#include <cmath>
#include <filesystem>
#include <optional>

#include "analysis/solvent.h"
#include "analysis/tsne.h"
#include "base/text_file.h"
#include "base/words.h"
#include "engine/outputs.h"
#include "io/structure_atoms.h"
#include "report/picture.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/model.h"
#include "tasks/reading/one_record.h"
#include "tasks/reading/output_name.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr double kCore = 0.25;  // of the largest area: below it a residue is inside

struct MovedResidue {
  char letter;
  std::int64_t number;
  double distance = 0, cosine = 0;
  std::optional<double> accessibility{};  // of the largest area, 0 to 1

  const char* place() const { return !accessibility ? "" : *accessibility < kCore ? "core" : "surface"; }
};

struct ResidueShift {
  std::string id, sequence;
  std::vector<MovedResidue> residues;
  std::vector<io::AtomChain> chains;  // of a structure: the one that was read
};

bool is_structure(const std::string& input) {
  std::string name = input;
  for (const char* end : {".gz", ".zst"})
    if (name.ends_with(end)) name.resize(name.size() - std::string(end).size());
  for (const char* end : {".pdb", ".ent", ".cif", ".mmcif"})
    if (name.ends_with(end)) return true;
  return false;
}

void read_structure(const std::string& path, const std::string& chain, ResidueShift& to) {
  io::AtomStructure structure = io::read_atoms(path);
  std::vector<std::string> names;
  for (io::AtomChain& one : structure.chains) {
    names.push_back(one.name);
    if (to.chains.empty() && (chain.empty() || one.name == chain)) to.chains.push_back(std::move(one));
  }
  if (to.chains.empty())
    throw Error(ErrorKind::not_found,
                {fmt::format("there is no chain '{}'", chain), path, "its chains are " + listed(names)});
  const io::AtomChain& read = to.chains.front();
  std::vector<analysis::SolventAtom> atoms;
  for (std::size_t i = 0; i < read.residues.size(); ++i) {
    const io::AtomResidue& residue = read.residues[i];
    to.sequence += residue.letter;
    to.residues.push_back({residue.letter, residue.number});
    for (std::size_t a = 0; a < residue.atoms.size(); ++a)
      if (const auto& at = residue.atoms[a]; std::isfinite(at[0]))
        atoms.push_back({{at[0], at[1], at[2]}, io::kAtomNames[a][0], static_cast<std::int64_t>(i)});
  }
  const auto areas = analysis::solvent_areas(atoms, static_cast<std::int64_t>(read.residues.size()));
  for (std::size_t i = 0; i < areas.size(); ++i)
    to.residues[i].accessibility = std::min(1.0, areas[i] / analysis::largest_solvent_area(to.residues[i].letter));
  to.id = std::filesystem::path(path).filename().string() + ":" + read.name;
}

// The last layer's vectors, [L, D].
Tensor vectors_of(const ProbeOptions& options, const std::vector<std::string>& prompts, const std::string& sequence,
                  Context& context) {
  const auto loaded = load_named(options.model.value, options.dtype, context.sink, "exact", prompts);
  const auto ids = loaded.model->tokenizer().encode(sequence).ids;
  const int last = static_cast<int>(loaded.model->info().layers);
  return engine::outputs_of_one(*loaded.model, ids, {{last}, {bio::Output::per_residue}}).of(bio::Output::per_residue);
}

void compare(const Tensor& with, const Tensor& without, ResidueShift& to) {
  const std::int64_t width = with.size(1);
  for (std::size_t i = 0; i < to.residues.size(); ++i) {
    const float* a = with.data<float>() + static_cast<std::int64_t>(i) * width;
    const float* b = without.data<float>() + static_cast<std::int64_t>(i) * width;
    double squares = 0, ab = 0, aa = 0, bb = 0;
    for (std::int64_t c = 0; c < width; ++c) {
      squares += (static_cast<double>(a[c]) - b[c]) * (static_cast<double>(a[c]) - b[c]);
      ab += static_cast<double>(a[c]) * b[c];
      aa += static_cast<double>(a[c]) * a[c];
      bb += static_cast<double>(b[c]) * b[c];
    }
    to.residues[i].distance = std::sqrt(squares);
    to.residues[i].cosine = 1 - ab / std::max(1e-300, std::sqrt(aa) * std::sqrt(bb));
  }
}

double mean_distance(const ResidueShift& shift, const std::string& place) {
  double sum = 0;
  std::int64_t count = 0;
  for (const MovedResidue& one : shift.residues)
    if (place.empty() || place == one.place()) {
      sum += one.distance;
      ++count;
    }
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

ordered_json shift_json(const ResidueShift& shift, const ProbeOptions& options) {
  const auto number = [](double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); };
  ordered_json out{{"id", shift.id}, {"prompts", options.prompt}, {"mean_distance", mean_distance(shift, "")}};
  if (!shift.chains.empty()) {
    out["mean_distance_surface"] = number(mean_distance(shift, "surface"));
    out["mean_distance_core"] = number(mean_distance(shift, "core"));
  }
  out["residues"] = ordered_json::array();
  for (std::size_t i = 0; i < shift.residues.size(); ++i) {
    const MovedResidue& one = shift.residues[i];
    ordered_json row{{"position", i + 1},
                     {"residue", std::string(1, one.letter)},
                     {"distance", one.distance},
                     {"cosine_distance", one.cosine}};
    if (one.accessibility) {
      row["number"] = one.number;
      row["accessibility"] = *one.accessibility;
      row["place"] = one.place();
    }
    out["residues"].push_back(std::move(row));
  }
  return out;
}

std::string shift_csv(const ResidueShift& shift) {
  std::string out;
  append_row(out, std::vector<std::string>{"position", "residue", "number", "distance", "cosine_distance",
                                           "accessibility", "place"});
  for (std::size_t i = 0; i < shift.residues.size(); ++i) {
    const MovedResidue& one = shift.residues[i];
    append_row(out,
               std::vector<std::string>{std::to_string(i + 1), std::string(1, one.letter), std::to_string(one.number),
                                        number_text(one.distance), number_text(one.cosine),
                                        one.accessibility ? number_text(*one.accessibility) : "", one.place()});
  }
  return out;
}

report::Figure chain_figure(const ResidueShift& shift, const std::string& prompts) {
  report::Figure figure;
  figure.title = fmt::format("{}: how far {} moves each residue", shift.id, prompts);
  figure.x.name = "residue";
  figure.y.name = "distance of the last layer's vectors";
  figure.y.low = 0;
  report::Line line{.name = "distance"};
  line.colour = report::kGrey;
  report::Points surface{.name = "surface"}, core{.name = "core"};
  surface.colour = report::kBlue;
  core.colour = report::kOrange;
  for (std::size_t i = 0; i < shift.residues.size(); ++i) {
    const MovedResidue& one = shift.residues[i];
    const auto x = static_cast<double>(i + 1);
    line.x.push_back(x);
    line.y.push_back(one.distance);
    if (!one.accessibility) continue;
    report::Points& to = *one.accessibility < kCore ? core : surface;
    to.x.push_back(x);
    to.y.push_back(one.distance);
    to.labels.push_back(fmt::format("{}{}, accessible {:.0f} %", one.letter, one.number, 100 * *one.accessibility));
  }
  figure.lines.push_back(std::move(line));
  for (report::Points* points : {&surface, &core})
    if (!points->x.empty()) figure.points.push_back(std::move(*points));
  return figure;
}

// Both vectors of every residue in one plane.
report::Figure shift_plane(const ResidueShift& shift, const Tensor& with, const Tensor& without,
                           const std::string& prompts) {
  analysis::Vectors both{2 * with.size(0), with.size(1), {}};
  for (const Tensor* x : {&without, &with}) {
    const auto values = x->values<float>();
    both.values.insert(both.values.end(), values.begin(), values.end());
  }
  analysis::TsneOptions how;
  how.perplexity = std::min(30.0, std::max(1.0, static_cast<double>(both.rows - 1) / 3));
  const auto found = analysis::tsne(both, how);
  report::Figure figure;
  figure.title = fmt::format("{}: residues with and without {}", shift.id, prompts);
  figure.x.name = "t-SNE 1";
  figure.y.name = "t-SNE 2";
  report::Points series[2] = {{.name = "without prompts"}, {.name = "with " + prompts}};
  series[0].colour = report::kBlue;
  series[1].colour = report::kOrange;
  for (std::size_t i = 0; i < found.points.size(); ++i) {
    report::Points& to = series[i / shift.residues.size()];
    const MovedResidue& one = shift.residues[i % shift.residues.size()];
    to.x.push_back(found.points[i][0]);
    to.y.push_back(found.points[i][1]);
    to.labels.push_back(fmt::format("{}{}", one.letter, one.number));
  }
  for (report::Points& one : series) figure.points.push_back(std::move(one));
  return figure;
}

void write_structure(ResidueShift& shift, const std::string& path) {
  for (std::size_t i = 0; i < shift.residues.size(); ++i)
    shift.chains.front().residues[i].b_factor = static_cast<float>(shift.residues[i].distance);
  const bool cif = path.ends_with(".cif");
  write_text(path,
             cif ? io::mmcif_text(shift.chains, std::filesystem::path(path).stem().string(), io::StructureNames::own)
                 : io::pdb_text(shift.chains, io::StructureNames::own));
}

}  // namespace

void show_residue_shift(const std::string& input, const ProbeOptions& options, Context& context) {
  if (options.prompt.empty())
    throw Error(ErrorKind::usage, {"which prompts?", "--prompt", "name those that are to be looked at"});
  for (const std::string& path : {options.output, options.structure_output.value_or(""), options.picture.value_or(""),
                                  options.plane.value_or("")})
    check_free(path, options.overwrite ? Standing::replace : Standing::refuse);
  ResidueShift shift;
  if (is_structure(input)) {
    read_structure(input, options.chain, shift);
  } else {
    if (options.structure_output)
      throw Error(ErrorKind::usage,
                  {"there is no structure", "--structure-output", "give a structure file instead of a sequence"});
    SequenceOptions one;
    one.input = {input};
    const auto loaded = load_named(options.model.value, options.dtype, context.sink);
    const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
    const ReadRecord record = read_one_record(one, tokenizer, context.sink);
    models::require_residue_tokens(*loaded.model, "distances of residues");
    shift.id = record.id;
    for (const std::int32_t id : record.encoded.ids_of(0, record.residues())) {
      shift.sequence += tokenizer.token(id);
      shift.residues.push_back({tokenizer.token(id).front(), static_cast<std::int64_t>(shift.residues.size() + 1)});
    }
  }
  const Tensor without = vectors_of(options, {}, shift.sequence, context);
  const Tensor with = vectors_of(options, options.prompt, shift.sequence, context);
  GROEL_REQUIRE(with.size(0) == static_cast<std::int64_t>(shift.residues.size()) && with.shape() == without.shape());
  compare(with, without, shift);
  const std::string prompts =
      listed_as(options.prompt, [](const std::string& one) { return std::filesystem::path(one).stem().string(); });
  if (options.picture) report::write_picture(chain_figure(shift, prompts), *options.picture);
  if (options.plane) report::write_picture(shift_plane(shift, with, without, prompts), *options.plane);
  if (options.structure_output) write_structure(shift, *options.structure_output);
  const ordered_json found = shift_json(shift, options);
  if (!options.output.empty())
    write_text(options.output, options.output.ends_with(".json") ? found.dump(2) + "\n" : shift_csv(shift));
  if (options.json) {
    context.out << found.dump(2) << '\n';
    return;
  }
  if (options.output.empty()) context.out << shift_csv(shift);
  std::string text =
      fmt::format("{}: {} moves a residue by {:.4f} on average", shift.id, prompts, mean_distance(shift, ""));
  if (!shift.chains.empty())
    text += fmt::format("; surface {:.4f}, core {:.4f}", mean_distance(shift, "surface"), mean_distance(shift, "core"));
  context.sink.note(text);
}

}  // namespace groel::tasks
