// Vectors from HDF5: the packed layout, and files with one dataset or group per protein (ours and others').
#include <fmt/format.h>

#include <algorithm>

#include "formats/hdf5_reader.h"
#include "formats/vector_sources.h"
#include "formats/vector_stream.h"

namespace groel::formats {
namespace {

using h5::Handle;

constexpr std::string_view kLayer = "layer_";
constexpr std::int64_t kRowsAtOnce = 1 << 20;  // values

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

class PackedFile {
 public:
  PackedFile(const h5::ReadFile& file, const VectorRequest& request) : file_(file), request_(request) {}

  void read(const nlohmann::json& run, VectorSink& out) const {
    const std::string chosen = choose_column(columns(), request_);
    const ColumnName column = *parse_column_name(chosen);
    const std::string path = fmt::format("{}/{}{}", name(column.output), kLayer, column.layer);
    const auto ids = file_.dataset(file_.root(), "ids");
    const auto values = file_.dataset(file_.root(), path);
    if (!ids || !values) bad_vectors("not a dataset", fmt::format("{}: {}", request_.path, ids ? path : "ids"));
    const std::vector<std::string> names = file_.texts(*ids, "ids");
    const auto rows = static_cast<std::int64_t>(names.size());
    const auto shape = file_.shape(*values);
    if (shape.size() != 2 || shape[0] != rows)
      bad_vectors(fmt::format("its shape {} is not [{}, D], one row per id", shape_text(shape), rows),
                  fmt::format("{}: {}", request_.path, path));
    file_.check_floats(*values, path);
    const std::int64_t begin = request_.share.first(rows), end = request_.share.end(rows);
    out.head({chosen, run, shape[1], end - begin, true});
    for (std::int64_t row = begin; row < end; ++row) out.id(names[static_cast<std::size_t>(row)]);
    const std::int64_t step = std::max<std::int64_t>(1, kRowsAtOnce / std::max<std::int64_t>(1, shape[1]));
    for (std::int64_t first = begin; first < end; first += step)
      out.values(file_.rows(*values, path, first, std::min(step, end - first)));
    out.end(0);
  }

 private:
  std::vector<std::string> columns() const {
    std::vector<std::string> out;
    for (const Output output : bio::all_outputs()) {
      if (!is_pooled(output)) continue;
      const std::string group_name(name(output));
      const auto group = file_.group(file_.root(), group_name);
      if (!group) continue;
      for (const std::string& link : file_.names(*group))
        if (link.starts_with(kLayer)) {
          const std::string column = group_name + '_' + link.substr(kLayer.size());
          if (parse_column_name(column)) out.push_back(column);
        }
    }
    return out;
  }

  const h5::ReadFile& file_;
  const VectorRequest& request_;
};

class PerProteinFile {
 public:
  PerProteinFile(const h5::ReadFile& file, const VectorRequest& request, nlohmann::json run)
      : file_(file), request_(request) {
    head_.run = std::move(run);
  }

  void read(VectorSink& out) {
    out_ = &out;
    for (const std::string& link : file_.names(file_.root())) {
      if (const auto dataset = file_.dataset(file_.root(), link)) {
        name_only_column();
        add(*dataset, *dataset, link);
      } else if (const auto group = file_.group(file_.root(), link)) {
        choose_in(*group);
        const auto inside = file_.dataset(*group, head_.column);
        if (!inside) bad_vectors(fmt::format("there is no {}", head_.column), where(link));
        add(*group, *inside, link);
      } else {
        bad_vectors("this leads to no dataset and no group", where(link), "remove it, or copy what it should be there");
      }
    }
    if (!any_) out.head(head_);
    out.end(failed());
  }

 private:
  std::string where(const std::string& link) const { return fmt::format("{}: {}", request_.path, link); }

  // Where a record is a single dataset, the run says what it is.
  void name_only_column() {
    if (any_) return;
    const nlohmann::json& run = head_.run;
    if (run.is_object() && run.contains("include") && run.contains("layers") && run["include"].size() == 1 &&
        run["layers"].size() == 1 && run["include"][0].is_string() && run["layers"][0].is_number_integer())
      head_.column = fmt::format("{}_{}", run["include"][0].get<std::string>(), run["layers"][0].get<int>());
    if (head_.column.empty() && !request_.column.empty())
      bad_vectors("the file does not name its columns", request_.path, "leave out the column's name");
    if (const auto parsed = parse_column_name(head_.column); parsed)
      choose_column(is_pooled(parsed->output) ? std::vector{head_.column} : std::vector<std::string>(), request_);
  }

  void choose_in(hid_t group) {
    if (any_) return;
    std::vector<std::string> columns;
    for (const std::string& column : file_.names(group)) {
      const auto parsed = parse_column_name(column);
      if (parsed && is_pooled(parsed->output)) columns.push_back(column);
    }
    head_.column = choose_column(columns, request_);
  }

  void add(hid_t described, hid_t dataset, const std::string& link) {
    const auto shape = file_.shape(dataset);
    if (shape.size() != 1)
      bad_vectors(fmt::format("its shape is {}, not one vector", shape_text(shape)), where(link),
                  "embed with `include=mean` (or max, cls)");
    if (!any_) {
      head_.width = shape[0];
      out_->head(head_);
      any_ = true;
    }
    if (shape[0] != head_.width)
      bad_vectors(fmt::format("it has {} values where those before have {}", shape[0], head_.width), where(link));
    out_->values(file_.floats(dataset, link));
    out_->id(file_.text_attribute(described, "original_id").value_or(link));
  }

  std::int64_t failed() const {
    const auto text = file_.text_attribute(file_.root(), "errors");
    const auto errors = nlohmann::json::parse(text.value_or("[]"), nullptr, false);
    return errors.is_array() ? static_cast<std::int64_t>(errors.size()) : 0;
  }

  const h5::ReadFile& file_;
  const VectorRequest& request_;
  VectorSink* out_ = nullptr;
  VectorSink::Head head_;
  bool any_ = false;
};

void read(const VectorRequest& request, VectorSink& out) {
  const h5::ReadFile file(request.path);
  const nlohmann::json run = parse_run(file.text_attribute(file.root(), "run").value_or(""));
  if (!file.has(file.root(), "ids") || file.text_attribute(file.root(), "layout") == "per_protein")
    return PerProteinFile(file, request, run).read(out);
  PackedFile(file, request).read(run, out);
}

}  // namespace

VectorFile read_hdf5_vectors(const VectorRequest& request) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(request.path, ignored);
  return read_in_child(request, ignored ? 0 : static_cast<std::size_t>(size),
                       [&](VectorSink& out) { read(request, out); });
}

}  // namespace groel::formats
