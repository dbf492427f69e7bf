// Outputs of the official code for published checkpoints (bf16), wherever those checkpoints are: in $GROEL_WEIGHTS.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kOutput = 3e-2;  // relative L2 of f32 against their bf16; rounding alone gives about 1e-2
constexpr double kAngle = 5e-4;   // 1 - cosine of means over residues

template <class T>
std::vector<T> values_of(const io::Array& array) {
  std::vector<T> out(array.bytes.size() / sizeof(T));
  std::memcpy(out.data(), array.bytes.data(), out.size() * sizeof(T));
  return out;
}

// NAME.safetensors with whole padded inputs and outputs, described by NAME.json.
std::vector<fs::path> output_files(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    fs::path description = entry.path();
    if (entry.path().extension() != ".safetensors" || !fs::exists(description.replace_extension(".json"))) continue;
    const io::ArrayFile file = io::read_safetensors(entry.path());
    if (file.arrays.contains("input__input_ids") && file.arrays.contains("output__logits")) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Padded sequences, and which of their tokens are attended and are residues.
class Padded {
 public:
  explicit Padded(const fs::path& path)
      : file_(io::read_safetensors(path)),
        length_(static_cast<std::size_t>(file_.arrays.at("input__input_ids").shape.at(1))),
        ids_(values_of<std::int64_t>(file_.arrays.at("input__input_ids"))),
        attended_(values_of<std::int64_t>(file_.arrays.at("input__attention_mask"))),
        residue_(values_of<std::uint8_t>(file_.arrays.at("residue_mask"))) {}

  std::vector<std::vector<std::int32_t>> sequences() const {
    std::vector<std::vector<std::int32_t>> out(ids_.size() / length_);
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (attended_[i] != 0) out[i / length_].push_back(static_cast<std::int32_t>(ids_[i]));
    return out;
  }
  // Of a sequence: rows of residues in an expected array, and in ours of its attended tokens.
  std::vector<float> expected(const std::string& name, std::size_t s) const {
    const io::Array& array = file_.arrays.at(name);
    const auto width = static_cast<std::size_t>(array.shape.at(2));
    const std::vector<float> all = values_of<float>(array);
    std::vector<float> out;
    for (std::size_t i = s * length_; i < (s + 1) * length_; ++i)
      if (residue_[i] != 0) out.insert(out.end(), &all[i * width], &all[i * width] + width);
    return out;
  }
  std::vector<float> residues(const std::vector<float>& attended_rows, std::size_t width, std::size_t s) const {
    std::vector<float> out;
    const float* row = attended_rows.data();
    for (std::size_t i = s * length_; i < (s + 1) * length_; ++i) {
      if (residue_[i] != 0) out.insert(out.end(), row, row + width);
      if (attended_[i] != 0) row += width;
    }
    return out;
  }

 private:
  io::ArrayFile file_;
  std::size_t length_;
  std::vector<std::int64_t> ids_, attended_;
  std::vector<std::uint8_t> residue_;
};

std::vector<float> mean_of(const std::vector<float>& rows, std::size_t width) {
  std::vector<float> out(width);
  for (std::size_t i = 0; i < rows.size(); ++i) out[i % width] += rows[i] / static_cast<float>(rows.size() / width);
  return out;
}

std::string digest(const fs::path& path) {
  const auto mapped = MappedFile::open(path);
  return sha256({reinterpret_cast<const char*>(mapped->bytes().data()), mapped->bytes().size()});
}

void compare(const Padded& padded, const models::Model& model, const std::string& prefix, Rows& rows) {
  const auto sequences = padded.sequences();
  const Forward plain = forward(model, sequences);
  const Tensor logits = models::require<models::MaskedLm>(model).logits(plain.last);
  Worst worst, angles;
  std::vector<float> hidden, all_logits, expected_hidden, expected_logits;
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const auto append = [](std::vector<float>& to, const std::vector<float>& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    const auto width = static_cast<std::size_t>(plain.last.size(1));
    const auto ours = padded.residues(plain.rows(plain.last, s), width, s);
    const auto theirs = padded.expected("output__last_hidden_state", s);
    append(hidden, ours);
    append(expected_hidden, theirs);
    append(all_logits, padded.residues(plain.rows(logits, s), static_cast<std::size_t>(logits.size(1)), s));
    append(expected_logits, padded.expected("output__logits", s));
    angles.add("1 - cosine of means", 1 - testing::cosine(mean_of(ours, width), mean_of(theirs, width)),
               fmt::format("sequence {}", s));
  }
  rows.near(prefix + "hidden states", testing::relative_l2(hidden, expected_hidden), kOutput);
  rows.near(prefix + "logits", testing::relative_l2(all_logits, expected_logits), kOutput);
  angles.write(rows, prefix, kAngle);
}

// A Hugging Face folder or a torch file of that name in $GROEL_WEIGHTS; empty when there is none.
fs::path find_checkpoint(const std::string& name) {
  const char* folder = std::getenv("GROEL_WEIGHTS");
  if (folder == nullptr) return {};
  for (const std::string& form : {name, name + ".pt"})
    if (fs::exists(fs::path(folder) / form)) return fs::path(folder) / form;
  return {};
}

void check_file(const fs::path& file, Rows& rows) {
  fs::path description = file;
  const json about = read_json(description.replace_extension(".json"));
  const std::string prefix = file.stem().string() + " ";
  if (about.contains("tensor_file"))
    rows.exact(prefix + "digest of the values", digest(file) == about["tensor_file"].at("sha256") ? "" : "differs");
  const std::string id = about.at("checkpoint").at("repo_id");
  const std::string name = id.substr(id.find('/') + 1);
  const fs::path checkpoint = find_checkpoint(name);
  if (checkpoint.empty())
    return rows.not_run(prefix + "outputs", std::getenv("GROEL_WEIGHTS") == nullptr ? "GROEL_WEIGHTS is not set"
                                                                                    : "GROEL_WEIGHTS holds no " + name);
  const json& files = about["checkpoint"].value("files", json::object());
  if (fs::exists(checkpoint / "model.safetensors") && files.contains("model.safetensors"))
    rows.exact(prefix + "digest of the weights",
               "sha256:" + digest(checkpoint / "model.safetensors") == files["model.safetensors"]
                   ? ""
                   : "not the published file");
  compare(Padded(file), *checkpoints::load_model(checkpoint).model, prefix, rows);
}

bool knows(const Case& golden) { return !output_files(golden.folder()).empty(); }

void check(const Case& golden, Rows& rows) {
  for (const fs::path& file : output_files(golden.folder())) check_file(file, rows);
}

}  // namespace

Kind official_kind() { return {"official", knows, check}; }

}  // namespace groel::golden
