// A folder with one PyTorch file for each record, as scripts/extract.py of fair-esm writes it; see docs/formats.md.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text_file.h"
#include "formats/label_files.h"
#include "formats/text.h"
#include "formats/writers.h"
#include "io/torch_writer.h"

namespace groel::formats {
namespace {

namespace fs = std::filesystem;

// fair-esm's own names for outputs; those of layers are dicts by their number.
struct Place {
  std::string_view output, key;
  bool layers;
};
constexpr Place kPlaces[] = {{"per_residue", "representations", true},
                             {"mean", "mean_representations", true},
                             {"cls", "bos_representations", true},
                             {"contacts", "contacts", false}};

bool takes(Output output) {
  return std::any_of(std::begin(kPlaces), std::end(kPlaces), [&](const Place& p) { return p.output == name(output); });
}

class EsmExtractWriter : public ResultWriter {
 public:
  explicit EsmExtractWriter(const WriterOptions& options) : folder_(options.path), schema_(options.schema) {
    make(folder_);
  }

  void write(const Result& result) override {
    check_result(schema_, result);
    if (result.error)
      errors_.push_back({{"index", written_},
                         {"id", clean_utf8(result.id)},
                         {"kind", name(result.error->kind())},
                         {"message", result.error->what()}});
    else
      write_record(result);
    ++written_;
  }

  // The files are on the disk before the folder gets its name.
  void finish() override {
    GROEL_REQUIRE(written_ == schema_.records);
    const nlohmann::json described = {{"format", "groel-embeddings"},
                                      {"format_version", 1},
                                      {"layout", "esm-extract"},
                                      {"run", schema_.run},
                                      {"errors", errors_}};
    write_text(folder_ / kRunFile, described.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    const int descriptor = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = descriptor >= 0 && ::syncfs(descriptor) == 0;
    const int reason = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!done) throw_errno(folder_.string(), "write the folder", reason);
  }

 private:
  static void make(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw_errno(folder.string(), "make the folder", failed.value());
  }

  void write_record(const Result& result) {
    const std::string label = clean_utf8(result.header.empty() ? result.id : result.header);
    io::TorchDict root;
    root.items.push_back({std::string("label"), nlohmann::json(label)});
    for (const Place& place : kPlaces) add(place, result, root);
    const fs::path file = folder_ / names_.next(label);
    make(file.parent_path());
    io::write_torch(file, root, Durable::later);
  }

  static void add(const Place& place, const Result& result, io::TorchDict& root) {
    io::TorchDict layers;
    for (const Item& item : result.items) {
      if (name(item.output) != place.output) continue;
      io::ArrayView array{DType::f32, item.shape, std::as_bytes(std::span(item.values))};
      if (place.layers)
        layers.items.push_back({static_cast<std::int64_t>(item.layer), std::move(array)});
      else
        root.items.push_back({std::string(place.key), std::move(array)});
    }
    if (!layers.items.empty()) root.items.push_back({std::string(place.key), std::move(layers)});
  }

  fs::path folder_;
  ResultSchema schema_;
  LabelFiles names_;
  nlohmann::json errors_ = nlohmann::json::array();
  std::int64_t written_ = 0;
};

std::unique_ptr<ResultWriter> open(const WriterOptions& options) {
  check_options(esm_extract_format(), options);
  return std::make_unique<EsmExtractWriter>(options);
}

const Format& esm_extract() {
  static const Format format = esm_extract_format();
  return format;
}

}  // namespace

Format esm_extract_format() {
  return {"esm-extract", {},    "one PyTorch file per record, as fair-esm's script writes them",
          false,         false, [](Per) { return true; },
          open,          true,  takes};
}

const Format& format_of(std::string_view name, const fs::path& path, FileLayout layout) {
  if (layout != FileLayout::esm_extract) return find_format(name, path);
  if (!name.empty())
    throw Error(ErrorKind::usage, {fmt::format("{} has no layout esm-extract, which is files of PyTorch", name),
                                   {},
                                   "leave out `format`, or choose another `layout`"});
  return esm_extract();
}

}  // namespace groel::formats
