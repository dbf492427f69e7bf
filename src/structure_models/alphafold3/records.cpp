// Finds AlphaFold 3's parameter files and reads their records.
#include "structure_models/alphafold3/records.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <regex>

#include "base/error.h"
#include "base/words.h"
#include "io/array_bytes.h"
#include "io/compressed.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kLongestName = 4096;
constexpr std::int32_t kMostDimensions = 16;

// The forms of names, in the order in which AlphaFold 3 looks for them. The first group is the model, the second, where
// there is one, the part.
const std::vector<std::regex>& forms() {
  static const std::vector<std::regex> all{
      std::regex(R"((.*)\.([0-9]+)\.bin\.zst)"), std::regex(R"((.*)\.bin\.zst\.([0-9]+))"),
      std::regex(R"((.*)\.([0-9]+)\.bin)"),      std::regex(R"((.*)\.bin\.([0-9]+))"),
      std::regex(R"((.*)\.bin\.zst)"),           std::regex(R"((.*)\.bin)")};
  return all;
}

struct Part {
  std::uint64_t number = 0;
  fs::path path;
};
using Models = std::map<std::string, std::vector<Part>>;

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

Models models_of(const std::vector<fs::path>& files, const std::regex& form) {
  Models out;
  for (const fs::path& file : files) {
    std::smatch found;
    const std::string name = file.filename().string();
    if (!std::regex_match(name, found, form)) continue;
    std::uint64_t number = 0;
    if (found.size() > 2) {
      const std::string digits = found[2];
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
    }
    out[found[1]].push_back({number, file});
  }
  for (auto& [model, parts] : out) std::ranges::sort(parts, {}, &Part::number);
  return out;
}

// Parts that follow one another, from 0 or 1 on.
void check_parts(const std::vector<Part>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[i].number != parts[i - 1].number + 1)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("part {} of the weights is missing: after {} comes {}", parts[i - 1].number + 1,
                               parts[i - 1].path.filename().string(), parts[i].path.filename().string()),
                   parts[i].path.parent_path().string(), "copy or download all parts into one folder"});
  if (parts.front().number > 1)
    throw Error(ErrorKind::bad_model,
                {fmt::format("the first part of the weights is missing: there is none before {}",
                             parts.front().path.filename().string()),
                 parts.front().path.parent_path().string(), "copy or download all parts into one folder"});
}

ParameterFiles chosen(const Models& models, const fs::path& folder) {
  if (models.size() > 1)
    throw Error(ErrorKind::bad_model, {fmt::format("there are weights of {} models: {}", models.size(),
                                                   listed_as(models, [](const auto& one) { return one.first; })),
                                       folder.string(), "name the file of one of them, or keep one in a folder"});
  const auto& [model, parts] = *models.begin();
  check_parts(parts);
  ParameterFiles out{model, {}};
  for (const Part& part : parts) out.parts.push_back(part.path);
  return out;
}

// The files of several parts as one stream.
class Joined final : public io::ByteReader {
 public:
  explicit Joined(std::vector<fs::path> files) : files_(std::move(files)) {}
  std::size_t read(std::span<char> out) override {
    while (now_ != nullptr || next_ < files_.size()) {
      if (now_ == nullptr) now_ = io::open_bytes(files_[next_++].string());
      if (const std::size_t count = now_->read(out); count > 0) return count;
      now_.reset();
    }
    return 0;
  }

 private:
  std::vector<fs::path> files_;
  std::size_t next_ = 0;
  std::unique_ptr<io::ByteReader> now_;
};

class Records {
 public:
  explicit Records(const ParameterFiles& files)
      : label_(files.parts.front().string()), bytes_(io::decompress(std::make_unique<Joined>(files.parts), label_)) {}

  // The next record; false at the end of the file.
  bool next(ParameterRecord& to) {
    std::array<std::int32_t, 5> sizes{};  // of scope, name, type; dimensions; bytes of the array
    const std::size_t got = fill(std::as_writable_bytes(std::span(sizes)));
    if (got == 0) return false;
    if (got < sizeof sizes) ends_early("a record's sizes");
    check_sizes(sizes);
    const std::string scope = text(sizes[0]), name = text(sizes[1]), type = text(sizes[2]);
    to.name = scope + ":" + name;
    to.array = {dtype(to.name, type), shape(sizes[3]), {}, {}};
    const auto size = static_cast<std::size_t>(static_cast<std::uint32_t>(sizes[4]));
    if (const auto wanted = io::dense_bytes(to.array.shape, to.array.dtype); !wanted || *wanted != size)
      refuse(fmt::format("{} has {} bytes, which is not the size of {} {}", to.name, size, type,
                         listed_as(to.array.shape, [](std::int64_t one) { return fmt::format("{}", one); })));
    // A damaged size must not take all memory: what is there is read in steps.
    const auto memory = std::make_shared<std::vector<std::byte>>();
    constexpr std::size_t kStep = std::size_t{64} << 20;
    while (memory->size() < size) {
      const std::size_t before = memory->size(), step = std::min(kStep, size - before);
      if (memory->capacity() == 0 && size <= 16 * kStep) memory->reserve(size);
      memory->resize(before + step);
      need(std::span(*memory).subspan(before), to.name);
    }
    to.array.bytes = *memory;
    to.array.owner = memory;
    ++count_;
    return true;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::bad_model,
                {what, fmt::format("{}: record {}, byte {}", label_, count_ + 1, at_), io::kDamaged});
  }
  [[noreturn]] void ends_early(const std::string& inside) const {
    refuse(fmt::format("the weights end in the middle of {}", inside));
  }

  std::size_t fill(std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
      const std::size_t count = bytes_->read({reinterpret_cast<char*>(to.data()) + done, to.size() - done});
      if (count == 0) break;
      done += count;
    }
    at_ += done;
    return done;
  }
  void need(std::span<std::byte> to, const std::string& inside) {
    if (fill(to) < to.size()) ends_early(inside);
  }

  void check_sizes(const std::array<std::int32_t, 5>& sizes) const {
    const bool names =
        std::ranges::all_of(std::span(sizes).first(3), [](std::int32_t n) { return n >= 0 && n <= kLongestName; });
    if (!names || sizes[2] == 0 || sizes[3] < 0 || sizes[3] > kMostDimensions)
      refuse(fmt::format("this is no record of AlphaFold 3's weights: names of {}, {} and {} bytes and {} dimensions",
                         sizes[0], sizes[1], sizes[2], sizes[3]));
  }
  std::string text(std::int32_t size) {
    std::string out(static_cast<std::size_t>(size), '\0');
    need(std::as_writable_bytes(std::span(out)), "a record's name");
    return out;
  }
  std::vector<std::int64_t> shape(std::int32_t dimensions) {
    std::vector<std::int32_t> sizes(static_cast<std::size_t>(dimensions));
    need(std::as_writable_bytes(std::span(sizes)), "a record's shape");
    return {sizes.begin(), sizes.end()};
  }
  DType dtype(const std::string& record, const std::string& type) const {
    if (type == "float32") return DType::f32;
    if (type == "bfloat16") return DType::bf16;
    if (type == "uint8") return DType::u8;
    refuse(fmt::format("{} is of the type '{}'; expected float32, bfloat16 or uint8", record, type));
  }

  std::string label_;
  std::unique_ptr<io::ByteReader> bytes_;
  std::size_t at_ = 0, count_ = 0;
};

}  // namespace

ParameterFiles find_parameter_files(const fs::path& path) {
  if (!fs::exists(path))
    throw Error(ErrorKind::not_found,
                {"there is no such folder of weights", path.string(),
                 "AlphaFold 3's weights (af3.bin.zst) come from Google DeepMind, under their terms"});
  const bool folder = fs::is_directory(path);
  const std::vector<fs::path> files = folder ? files_of(path) : std::vector{path};
  for (const std::regex& form : forms())
    if (const Models models = models_of(files, form); !models.empty())
      return chosen(models, folder ? path : path.parent_path());
  throw Error(ErrorKind::not_found,
              {folder ? "no weights of AlphaFold 3 are in this folder: no NAME.bin, NAME.bin.zst or parts of one"
                      : "this is no file of AlphaFold 3's weights: its name ends neither in .bin nor in .bin.zst",
               path.string(), "give the folder that holds af3.bin.zst (or af3.bin)"});
}

bool has_parameter_files(const fs::path& path) {
  if (!fs::exists(path)) return false;
  const std::vector<fs::path> files = fs::is_directory(path) ? files_of(path) : std::vector{path};
  return std::ranges::any_of(forms(), [&](const std::regex& form) { return !models_of(files, form).empty(); });
}

void read_parameter_records(const ParameterFiles& files, const std::function<void(ParameterRecord record)>& take) {
  Records records(files);
  for (ParameterRecord record; records.next(record); record = {}) take(std::move(record));
}

}  // namespace groel::structure_models
