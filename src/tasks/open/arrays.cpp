// Pages of embeddings and of contacts.
#include <bit>

#include "analysis/pca.h"
#include "base/words.h"
#include "formats/read_contacts.h"
#include "formats/read_vectors.h"
#include "report/base64.h"
#include "tasks/open/options.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

json projection_of(const analysis::Vectors& vectors) {
  const std::int64_t most = std::min(vectors.rows, vectors.width);
  json out{{"points", json::array()}, {"explained", {0, 0}}};
  if (vectors.rows < 2) {
    out["points"].push_back({0, 0});
    return out;
  }
  const auto found = analysis::principal_components(vectors, std::min<std::int64_t>(2, most));
  for (std::int64_t r = 0; r < vectors.rows; ++r)
    out["points"].push_back({found.scores.row(r)[0], found.scores.width > 1 ? found.scores.row(r)[1] : 0.0F});
  for (std::size_t k = 0; k < found.variance_fraction.size(); ++k) out["explained"][k] = found.variance_fraction[k];
  return out;
}

}  // namespace

std::string base64_floats(std::span<const float> values) {
  static_assert(std::endian::native == std::endian::little);
  const auto bytes = std::as_bytes(values);
  return report::base64(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void add_run(ResultJson& to, const json& run) {
  if (run.is_object() && run.contains("model") && run["model"].is_string())
    to["facts"].push_back("by " + run["model"].get<std::string>());
}

ResultJson opened_vectors(const std::string& path) {
  formats::VectorFile file = formats::read_vectors(path);
  json out{{"kind", "vectors"}, {"ids", file.ids}, {"width", file.width}, {"notes", file.notes}};
  out["facts"] = {fmt::format("{} of {} numbers", counted(file.rows(), "vector"), file.width)};
  if (!file.column.empty()) out["facts"].push_back(file.column);
  add_run(out, file.run);
  if (file.failed > 0) out["notes"].push_back(counted(file.failed, "record") + " without a vector: left out");
  out["vectors"] = nullptr;
  if (file.values.size() <= kMostNumbers && file.ids.size() <= 1500)
    out["vectors"] = base64_floats(file.values);
  else
    out["notes"].push_back(
        "too many vectors for a page to compare with each other: it has their map, and no neighbours (`groel search` "
        "finds those)");
  out["projection"] = projection_of({file.rows(), file.width, std::move(file.values)});
  return out;
}

std::optional<ResultJson> opened_contacts(const std::string& path) {
  const auto file = formats::read_contacts(path);
  if (!file) return std::nullopt;
  json out{{"kind", "contacts"}, {"records", json::array()}, {"notes", json::array()}};
  std::size_t numbers = 0;
  for (const formats::ContactMapOfRecord& one : file->records) {
    numbers += one.values.size();
    if (numbers > kMostNumbers && !out["records"].empty()) continue;
    out["records"].push_back(
        {{"name", one.id}, {"size", one.size}, {"values", base64_floats(one.values)}, {"residues", one.residues}});
  }
  if (file->records.empty())
    throw Error(ErrorKind::bad_input,
                {fmt::format("{} failed: none has contacts", counted(file->failed, "record")), path, {}});
  out["facts"] = {counted(std::ssize(file->records), "map") + " of contacts"};
  add_run(out, file->run);
  if (file->failed > 0) out["notes"].push_back(counted(file->failed, "record") + " without contacts: left out");
  if (const auto left = file->records.size() - out["records"].size(); left > 0)
    out["notes"].push_back(fmt::format("the first {} of {} maps are on the page: more would make it too large",
                                       out["records"].size(), file->records.size()));
  return out;
}

}  // namespace groel::tasks
