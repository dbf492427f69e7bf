// Vectors from HDF5: the packed layout, and a dataset or group a protein (ours and others').
#include <fmt/format.h>

#include <algorithm>

#include "formats/hdf5_reader.h"
#include "formats/vector_sources.h"

namespace groel::formats {
namespace {

using h5::Handle;

constexpr std::string_view kLayer = "layer_";

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

class PackedFile {
 public:
  PackedFile(const h5::ReadFile& file, const VectorRequest& request) : file_(file), request_(request) {}

  VectorFile read() const {
    VectorFile out;
    out.column = choose_column(columns(), request_);
    const ColumnName column = *parse_column_name(out.column);
    const std::string path = fmt::format("{}/{}{}", name(column.kind), kLayer, column.layer);
    const auto ids = file_.dataset(file_.root(), "ids");
    const auto values = file_.dataset(file_.root(), path);
    if (!ids || !values) bad_vectors("not a dataset", fmt::format("{}: {}", request_.path, ids ? path : "ids"));
    out.ids = file_.texts(*ids, "ids");
    const auto shape = file_.shape(*values);
    if (shape.size() != 2 || shape[0] != static_cast<std::int64_t>(out.ids.size()))
      bad_vectors(fmt::format("its shape {} is not [{}, D], a row an id", shape_text(shape), out.ids.size()),
                  fmt::format("{}: {}", request_.path, path));
    out.width = shape[1];
    out.values = file_.floats(*values, path);
    return out;
  }

 private:
  std::vector<std::string> columns() const {
    std::vector<std::string> out;
    for (const ItemKind kind : {ItemKind::mean, ItemKind::max, ItemKind::cls}) {
      const std::string kind_name(name(kind));
      const auto group = file_.group(file_.root(), kind_name);
      if (!group) continue;
      for (const std::string& link : file_.names(*group))
        if (link.starts_with(kLayer)) {
          const std::string column = kind_name + '_' + link.substr(kLayer.size());
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
    out_.run = std::move(run);
  }

  VectorFile read() {
    for (const std::string& link : file_.names(file_.root())) {
      if (const auto dataset = file_.dataset(file_.root(), link)) {
        name_only_column();
        add(*dataset, *dataset, link);
      } else if (const auto group = file_.group(file_.root(), link)) {
        choose_in(*group);
        const auto inside = file_.dataset(*group, out_.column);
        if (!inside) bad_vectors(fmt::format("there is no {}", out_.column), where(link));
        add(*group, *inside, link);
      }
    }
    count_errors();
    return std::move(out_);
  }

 private:
  std::string where(const std::string& link) const { return fmt::format("{}: {}", request_.path, link); }

  // Where a record is a single dataset, the run says what it is.
  void name_only_column() {
    if (!out_.ids.empty()) return;
    const nlohmann::json& run = out_.run;
    if (run.is_object() && run.contains("include") && run.contains("layers") && run["include"].size() == 1 &&
        run["layers"].size() == 1 && run["include"][0].is_string() && run["layers"][0].is_number_integer())
      out_.column = fmt::format("{}_{}", run["include"][0].get<std::string>(), run["layers"][0].get<int>());
    if (out_.column.empty() && !request_.column.empty())
      bad_vectors("the file does not name its columns", request_.path, "leave out the column's name");
    if (const auto parsed = parse_column_name(out_.column); parsed)
      choose_column(is_pooled(parsed->kind) ? std::vector{out_.column} : std::vector<std::string>(), request_);
  }

  void choose_in(hid_t group) {
    if (!out_.ids.empty()) return;
    std::vector<std::string> columns;
    for (const std::string& column : file_.names(group)) {
      const auto parsed = parse_column_name(column);
      if (parsed && is_pooled(parsed->kind)) columns.push_back(column);
    }
    out_.column = choose_column(columns, request_);
  }

  void add(hid_t described, hid_t dataset, const std::string& link) {
    const auto shape = file_.shape(dataset);
    if (shape.size() != 1)
      bad_vectors(fmt::format("its shape is {}, not one vector", shape_text(shape)), where(link),
                  "embed with --include mean (or max, cls)");
    if (out_.ids.empty()) out_.width = shape[0];
    if (shape[0] != out_.width)
      bad_vectors(fmt::format("it has {} values where those before have {}", shape[0], out_.width), where(link));
    const std::vector<float> values = file_.floats(dataset, link);
    out_.values.insert(out_.values.end(), values.begin(), values.end());
    out_.ids.push_back(file_.text_attribute(described, "original_id").value_or(link));
  }

  void count_errors() {
    const auto text = file_.text_attribute(file_.root(), "errors");
    const auto errors = nlohmann::json::parse(text.value_or("[]"), nullptr, false);
    if (errors.is_array()) out_.failed = static_cast<std::int64_t>(errors.size());
  }

  const h5::ReadFile& file_;
  const VectorRequest& request_;
  VectorFile out_;
};

}  // namespace

VectorFile read_hdf5_vectors(const VectorRequest& request) {
  const h5::ReadFile file(request.path);
  const nlohmann::json run = parse_run(file.text_attribute(file.root(), "run").value_or(""));
  if (!file.has(file.root(), "ids") || file.text_attribute(file.root(), "layout") == "per_protein")
    return PerProteinFile(file, request, run).read();
  VectorFile out = PackedFile(file, request).read();
  out.run = run;
  return out;
}

}  // namespace groel::formats
