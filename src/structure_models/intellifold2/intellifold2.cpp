// Tells IntelliFold-2's weights from AlphaFold 3's, and reads what lies beside them.
#include "structure_models/intellifold2/intellifold2.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/words.h"
#include "io/npz.h"
#include "structure_models/noise_fourier.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

// By which the published networks differ.
auto telling_sizes(const Alphafold3Shape& shape) {
  return std::tuple(shape.pair, shape.alignment, shape.templates, shape.pair_heads, shape.template_heads);
}

std::string sizes_text(const Alphafold3Shape& shape) {
  return fmt::format("pairs of {}, an alignment of {}, templates of {}, {} heads of pairs", shape.pair, shape.alignment,
                     shape.templates, shape.pair_heads);
}

// MODEL_fourier.npz alone, or all whose names end so.
std::vector<fs::path> noise_files(const ParameterFiles& files) {
  const fs::path folder = files.parts.front().parent_path();
  const fs::path own = folder / (files.model + "_fourier.npz");
  std::error_code failed;
  if (fs::is_regular_file(own, failed)) return {own};
  std::vector<fs::path> out;
  for (fs::directory_iterator at(folder.empty() ? fs::path(".") : folder, failed), end; !failed && at != end;
       at.increment(failed))
    if (at->path().filename().string().ends_with("fourier.npz")) out.push_back(at->path());
  std::ranges::sort(out);
  return out;
}

std::string names(const std::vector<fs::path>& paths) {
  return listed_as(paths, [](const fs::path& one) { return one.filename().string(); });
}

// The one file there is. Errors: bad_model for none or several.
fs::path only_noise_file(const std::vector<fs::path>& found, const ParameterFiles& files) {
  if (found.size() == 1) return found.front();
  const std::string own = files.model + "_fourier.npz";
  throw Error(
      ErrorKind::bad_model,
      {found.empty() ? "these weights have IntelliFold-2's sizes, and its noise frequencies are not beside them"
                     : fmt::format("several files of noise frequencies are beside these weights: {}", names(found)),
       files.parts.front().string(),
       found.empty() ? fmt::format("put {} into the same folder, as it is published with them", own)
                     : fmt::format("keep the one that belongs to them, or call it {}", own)});
}

}  // namespace

Alphafold3Shape intellifold2_sizes() {
  Alphafold3Shape out;
  out.pair = 512, out.alignment = 256, out.templates = 256;
  out.pair_heads = out.template_heads = 8;
  out.pair_head = 64, out.template_head = out.alignment_head = 32;
  out.pair_inner = 2048, out.alignment_inner = out.pair_condition_inner = 1024, out.template_inner = 512;
  return out;
}

Alphafold3Shape as_intellifold2(Alphafold3Shape sizes) {
  sizes.key_spaces = KeySpaces::of_atom;
  sizes.empty_keys = EmptyKeys::hidden;
  sizes.windows = WindowEdge::padded;
  sizes.bonds = BondSides::both;
  sizes.noise = NoiseFrequencies::in_file;
  return sizes;
}

RecordOrigin record_origin(const Alphafold3Shape& sizes, const ParameterFiles& files) {
  const std::vector<fs::path> noise = noise_files(files);
  const std::string text = sizes_text(sizes);
  if (telling_sizes(sizes) == telling_sizes({})) {
    const std::string unread = noise.empty() ? std::string() : fmt::format("; not read: {}", names(noise));
    return {RecordNetwork::alphafold3, {}, fmt::format("by its sizes: {}{}", text, unread)};
  }
  if (telling_sizes(sizes) == telling_sizes(intellifold2_sizes()))
    return {RecordNetwork::intellifold2, only_noise_file(noise, files), "by its sizes: " + text};
  if (noise.empty())
    return {RecordNetwork::alphafold3, {}, "by the form of its file; no published network has its sizes: " + text};
  const fs::path file = only_noise_file(noise, files);
  return {RecordNetwork::intellifold2, file,
          fmt::format("by {} beside it; no published network has its sizes: {}", file.filename().string(), text)};
}

io::ArrayMap read_noise_frequencies(const fs::path& path) {
  const io::NpzFile file = io::read_npz(path);
  io::ArrayMap out;
  for (const auto& [name, own] :
       {std::pair{"weight", "diffusion.noise_frequencies"}, {"bias", "diffusion.noise_phases"}}) {
    const auto found = file.arrays.find(name);
    if (found == file.arrays.end() || found->second.dtype != DType::f32 ||
        found->second.shape != std::vector<std::int64_t>{kNoiseFeatures})
      throw Error(ErrorKind::bad_model,
                  {fmt::format("noise frequencies have an array '{}' of {} numbers in f32, and this file {}", name,
                               kNoiseFeatures, found == file.arrays.end() ? "has none" : "has another"),
                   path.string(), "give the file as it is published with IntelliFold-2's weights"});
    out[own] = found->second;
  }
  return out;
}

}  // namespace groel::structure_models
