// NPZ: the packed arrays as NumPy reads them, texts as unicode arrays; see docs/formats.md.
#include "io/npz.h"

#include <cstring>

#include "formats/packed_arrays.h"
#include "formats/writers.h"

namespace groel::formats {
namespace {

// Digests [N, 64] as texts, empty where unknown (zeros).
std::vector<std::string> split_digests(std::span<const std::byte> digests) {
  std::vector<std::string> out;
  for (; !digests.empty(); digests = digests.subspan(64)) {
    const auto* text = reinterpret_cast<const char*>(digests.data());
    out.emplace_back(text, ::strnlen(text, 64));
  }
  return out;
}

class NpzResultWriter : public ResultWriter {
 public:
  explicit NpzResultWriter(const WriterOptions& options)
      : run_(options.schema.run), packed_(options), out_(options.path) {}

  void write(const Result& result) override { packed_.write(result); }

  void finish() override {
    packed_.finish();
    out_.add("ids", packed_.ids());
    out_.add("sha256", split_digests(packed_.digests()));
    for (const auto& array : packed_.arrays()) out_.add(array.name, array.dtype, array.shape, array.bytes);
    out_.add("errors_kind", packed_.errors().kind);
    out_.add("errors_message", packed_.errors().message);
    out_.add("run", std::vector<std::string>{run_.dump()});
    out_.finish();
  }

 private:
  nlohmann::json run_;
  PackedArrays packed_;
  io::NpzWriter out_;
};

std::unique_ptr<ResultWriter> open_npz(const WriterOptions& options) {
  check_options(npz_format(), options);
  return std::make_unique<NpzResultWriter>(options);
}

}  // namespace

Format npz_format() {
  return {"npz", {".npz"}, "NPZ, for NumPy", false, false, [](Per) { return true; }, open_npz};
}

}  // namespace groel::formats
