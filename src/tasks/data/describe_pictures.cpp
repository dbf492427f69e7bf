// Draws lengths, classes and labels per row as bars.
#include "tasks/data/describe_pictures.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/words.h"
#include "report/picture.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMostBars = 40;
constexpr const char* kNames[] = {"lengths", "classes", "labels_per_row", "rows_per_id"};

// Places on the x axis, and how many rows are at each.
struct Counts {
  std::vector<std::string> places;
  std::vector<double> rows;

  void add(std::string place, double count) {
    places.push_back(std::move(place));
    rows.push_back(count);
  }
  // Everything after the last bar that is shown goes into one.
  void gather_tail() {
    if (places.size() <= kMostBars) return;
    for (std::size_t i = kMostBars; i < rows.size(); ++i) rows[kMostBars - 1] += rows[i];
    places[kMostBars - 1] += " and more";
    places.resize(kMostBars);
    rows.resize(kMostBars);
  }
};

report::Figure bars(Counts counts, const std::string& title, const std::string& x_name) {
  report::Figure out;
  out.title = title;
  out.x.name = x_name;
  out.x.categories = std::move(counts.places);
  out.y.name = "rows";
  out.y.low = 0;
  out.bars.push_back({"rows", std::move(counts.rows), report::kBlue, {}, {}});
  return out;
}

report::Figure lengths_figure(const ordered_json& sequences) {
  Counts counts;
  std::int64_t next = 0;
  for (const ordered_json& bin : sequences["histogram"]) {
    const auto from = bin["from"].get<std::int64_t>();
    for (; next < from; next += 100) counts.add(std::to_string(next), 0);
    counts.add(std::to_string(from), bin["rows"].get<double>());
    next = from + 100;
  }
  counts.gather_tail();
  return bars(std::move(counts), "Lengths of the sequences", "residues, from");
}

report::Figure classes_figure(const ordered_json& classes) {
  Counts counts;
  for (const ordered_json& one : classes) {
    if (counts.places.size() == kMostBars) break;
    const auto name = one["class"].get<std::string>();
    counts.add(name.empty() ? "(none)" : name, one["rows"].get<double>());
  }
  const bool all = classes.size() <= kMostBars;
  return bars(std::move(counts),
              all ? "Classes" : fmt::format("The {} commonest of {} classes", kMostBars, classes.size()), {});
}

report::Figure histogram_figure(const ordered_json& histogram, const std::string& title, const std::string& x_name) {
  Counts counts;
  for (const auto& [value, rows] : histogram.items()) counts.add(value, rows.get<double>());
  counts.gather_tail();
  return bars(std::move(counts), title, x_name);
}

}  // namespace

void check_describe_pictures(const DataOptions& options) {
  if (!options.picture) return;
  report::check_picture_path("x.svg");
  for (const char* name : kNames)
    if (const fs::path path = fs::path(*options.picture) / (std::string(name) + ".svg");
        fs::exists(path) && !options.overwrite)
      throw Error(ErrorKind::usage,
                  {"the picture exists already", path.string(), "choose another folder, or add --overwrite"});
}

void draw_description(const ordered_json& described, const DataOptions& options, Sink& sink) {
  const fs::path folder = *options.picture;
  fs::create_directories(folder);
  std::vector<std::string> written;
  const auto draw = [&](const char* name, const report::Figure& figure) {
    report::write_picture(figure, folder / (std::string(name) + ".svg"));
    written.push_back((folder / (std::string(name) + ".svg")).string());
  };
  if (described.contains("sequences")) draw("lengths", lengths_figure(described["sequences"]));
  if (described.contains("classes")) draw("classes", classes_figure(described["classes"]));
  if (described.contains("labels_per_row_histogram"))
    draw("labels_per_row", histogram_figure(described["labels_per_row_histogram"], "Labels per row", "labels"));
  if (described.contains("ids"))
    draw("rows_per_id", histogram_figure(described["ids"]["histogram"], "Rows per id", "rows of one id"));
  sink.note(fmt::format("pictures: {}", listed(written)));
}

}  // namespace groel::tasks
