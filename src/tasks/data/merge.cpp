// groel data merge: rows of several files in one table, with a label for each file: positives and negatives.
#include <algorithm>
#include <memory>
#include <unordered_map>

#include "tasks/data/row_stream.h"
#include "tasks/data/row_text.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"
#include "train/duplicates.h"

namespace groel::tasks {
namespace {

// A file that is opened for its columns, and again for its rows; standard input once for both.
class MergedFile {
 public:
  MergedFile(const std::string& path, Sink& sink) : path_(path) {
    auto stream = std::make_unique<RowStream>(path, sink);
    columns_ = stream->columns();
    if (path == "-") stream_ = std::move(stream);
  }

  const io::Columns& columns() const { return columns_; }
  std::unique_ptr<RowStream> rows(Sink& sink) {
    return stream_ ? std::move(stream_) : std::make_unique<RowStream>(path_, sink);
  }

 private:
  std::string path_;
  io::Columns columns_;
  std::unique_ptr<RowStream> stream_;
};

// The columns of all files, each once, in the order in which they are met.
std::vector<std::string> columns_of_all(const std::vector<MergedFile>& files) {
  std::vector<std::string> out;
  for (const MergedFile& file : files)
    for (const std::string& name : file.columns().names)
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  return out;
}

void check_labels(std::size_t files, const DataOptions& options, const std::vector<std::string>& columns) {
  if (options.labels.empty()) return;
  if (options.labels.size() != files)
    throw Error(ErrorKind::usage,
                {fmt::format("{} for {}", counted(options.labels.size(), "label"), counted(files, "file")), "--labels",
                 "one for each file, in their order"});
  if (std::find(columns.begin(), columns.end(), options.label_name()) != columns.end())
    throw Error(ErrorKind::bad_input, {fmt::format("the files have a column '{}' already", options.label_name()),
                                       "--label-column", "name another for the labels of the files"});
}

// Sequences that two files have: with labels a contradiction.
class SharedSequences {
 public:
  void take(const std::string& sequence, std::size_t file) {
    if (sequence.empty()) return;
    const auto [known, is_new] = first_.emplace(train::text_key(sequence), file);
    shared_ += !is_new && known->second != file ? 1 : 0;
  }

  void tell(const DataOptions& options, Sink& sink) const {
    if (shared_ > 0)
      sink.warning(fmt::format("{} a sequence that an earlier file has, too{} (groel data dedupe leaves them out)",
                               counted(shared_, "row has", "rows have"),
                               options.labels.empty() ? "" : ": it has two labels"));
  }

 private:
  std::unordered_map<std::uint64_t, std::size_t> first_;
  std::int64_t shared_ = 0;
};

// Of each column of the result its place in the file, if it is there.
std::vector<std::optional<std::size_t>> places_in(const io::Columns& of, const std::vector<std::string>& columns) {
  std::vector<std::optional<std::size_t>> out;
  for (const std::string& name : columns) {
    const auto found = std::find(of.names.begin(), of.names.end(), name);
    out.push_back(found == of.names.end() ? std::nullopt : std::optional<std::size_t>(found - of.names.begin()));
  }
  return out;
}

class Merge {
 public:
  Merge(const DataOptions& options, Context& context)
      : options_(options), context_(context), paths_(options.files(1, 1000)) {
    for (const std::string& path : paths_) files_.emplace_back(path, context.sink);
    columns_ = columns_of_all(files_);
    check_labels(files_.size(), options, columns_);
  }

  void write(TextOutput& output) {
    std::vector<std::string> header = columns_;
    if (!options_.labels.empty()) header.push_back(options_.label_name());
    output.add(row_text(header, delimiter_));
    for (std::size_t file = 0; file < files_.size(); ++file) write_file(file, output);
    shared_.tell(options_, context_.sink);
  }

 private:
  void write_file(std::size_t file, TextOutput& output) {
    const auto stream = files_[file].rows(context_.sink);
    const auto places = places_in(stream->columns(), columns_);
    const auto sequences = sequence_column_of(stream->columns(), options_.sequence_column);
    std::vector<std::string> out;
    for (std::vector<std::string> cells; stream->next(cells);) {
      if (sequences) shared_.take(cells[*sequences], file);
      out.clear();
      for (const auto& place : places) out.push_back(place ? cells[*place] : "");
      if (!options_.labels.empty()) out.push_back(options_.labels[file]);
      output.add(row_text(out, delimiter_));
    }
    context_.sink.note(fmt::format("{}: {}{}", stream->source(), counted(stream->count(), "row"),
                                   options_.labels.empty() ? "" : " with the label " + options_.labels[file]));
  }

  const DataOptions& options_;
  Context& context_;
  std::vector<std::string> paths_;
  std::vector<MergedFile> files_;
  std::vector<std::string> columns_;
  SharedSequences shared_;
  char delimiter_ = delimiter_for(options_);
};

}  // namespace

void merge_data(const DataOptions& options, Context& context) {
  Merge merge(options, context);
  TextOutput output(options, context.out);
  merge.write(output);
  output.finish();
}

}  // namespace groel::tasks
