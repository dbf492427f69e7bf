// HDF5, per-protein layout: one dataset per record, or a group of datasets where there are several columns.
#include "formats/hdf5_per_protein.h"

#include "base/error.h"
#include "formats/link_names.h"
#include "formats/text.h"
#include "formats/writers.h"

namespace groel::formats::h5 {
namespace {

class PerProteinWriter : public ResultWriter {
 public:
  explicit PerProteinWriter(const WriterOptions& options) : schema_(options.schema), file_(options.path) {
    describe(file_, schema_, "per_protein");
  }

  void write(const Result& result) override {
    check_result(schema_, result);
    if (result.error)
      add_error(result);
    else
      add_record(result, names_.next(result.id));
    ++written_;
  }

  void finish() override {
    // Not a group: readers take every name of the file for a protein.
    file_.set_text(file_.root(), "errors", errors_.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    file_.close();
  }

 private:
  void add_error(const Result& result) {
    errors_.push_back({{"index", written_},
                       {"id", result.id},
                       {"kind", name(result.error->kind())},
                       {"message", result.error->what()}});
  }

  void add_record(const Result& result, const std::string& link) {
    if (result.items.size() == 1) {
      const Handle dataset = add_item(file_.root(), link, result.items[0]);
      return describe_record(dataset, result);
    }
    const Handle group = file_.create_group(file_.root(), link);
    for (std::size_t i = 0; i < result.items.size(); ++i)
      add_item(group, column_name(schema_.columns[i]), result.items[i]);
    describe_record(group, result);
  }

  Handle add_item(hid_t parent, const std::string& link, const Item& item) {
    Handle dataset = file_.create_dataset({parent, link, Element::f32, {item.shape.begin(), item.shape.end()}, 0});
    if (!item.values.empty()) file_.write_all(dataset, Element::f32, item.values.data());
    return dataset;
  }

  void describe_record(hid_t object, const Result& result) {
    file_.set_text(object, "original_id", clean_utf8(result.id));
    file_.set_text(object, "header", clean_utf8(result.header));
    file_.set_integer(object, "length", result.length);
    file_.set_text(object, "sha256", result.sha256);
  }

  ResultSchema schema_;
  File file_;
  LinkNames names_;
  nlohmann::json errors_ = nlohmann::json::array();
  std::int64_t written_ = 0;
};

}  // namespace

std::unique_ptr<ResultWriter> open_per_protein(const WriterOptions& options) {
  return std::make_unique<PerProteinWriter>(options);
}

void describe(File& file, const ResultSchema& schema, const char* layout) {
  file.set_text(file.root(), "format", "groel-embeddings");
  file.set_integer(file.root(), "format_version", 1);
  file.set_text(file.root(), "layout", layout);
  file.set_text(file.root(), "run", schema.run.dump());
}

}  // namespace groel::formats::h5
