// groel data cache: vectors of sequences that training keeps on disk.
#include <algorithm>
#include <ctime>

#include "base/words.h"
#include "hub/environment.h"
#include "predictors/vector_cache.h"
#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string age(std::int64_t last_used) {
  const std::int64_t hours =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(std::time(nullptr)) - last_used) / 3600;
  return hours < 1    ? "within the hour"
         : hours < 48 ? counted(hours, "hour") + " ago"
                      : counted(hours / 24, "day") + " ago";
}

ordered_json cache_json(const std::filesystem::path& folder, const std::vector<predictors::CachedKind>& kinds) {
  ordered_json list = ordered_json::array();
  std::uint64_t bytes = 0;
  for (const auto& one : kinds) {
    bytes += one.bytes;
    list.push_back({{"vectors", one.kind},
                    {"sequences", one.entries},
                    {"files", one.files},
                    {"bytes", one.bytes},
                    {"last_used", one.last_used}});
  }
  return {{"folder", folder.string()}, {"bytes", bytes}, {"kinds", std::move(list)}};
}

void print_cache(const std::filesystem::path& folder, const std::vector<predictors::CachedKind>& kinds,
                 std::ostream& out) {
  std::uint64_t bytes = 0;
  for (const auto& one : kinds) bytes += one.bytes;
  out << fmt::format("{}: {}\n", folder.string(), format_bytes(bytes));
  for (const auto& one : kinds)
    out << fmt::format("{:>10}  {:>9}  {} of layer {} in {}, {} (used {})\n", format_bytes(one.bytes),
                       counted(one.entries, "sequence"), one.kind.value("output", "?"), one.kind.value("layer", 0),
                       one.kind.value("dtype", "?"), one.kind.value("model", "?"), age(one.last_used));
}

}  // namespace

void show_cache(const DataOptions& options, Context& context) {
  options.files(0, 0);
  const auto folder = hub::vectors_folder();
  if (!folder)
    throw Error(ErrorKind::not_found,
                {"there is no folder for caches: neither XDG_CACHE_HOME nor HOME is set", {}, "set one of them"});
  if (options.empty) {
    const std::uint64_t removed = predictors::trim_vectors(*folder, 0);
    context.sink.note(fmt::format("{} removed from {}", format_bytes(removed), folder->string()));
  }
  const auto kinds = predictors::cached_vectors(*folder);
  if (options.json)
    context.out << cache_json(*folder, kinds).dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else
    print_cache(*folder, kinds, context.out);
}

}  // namespace groel::tasks
