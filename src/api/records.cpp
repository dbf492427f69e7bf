// The public RecordReader: reads what commands read, and says what they say.
#include <groel/records.h>

#include <deque>

#include "api/impl.h"
#include "bio/alignment_tokenizer.h"
#include "io/sequences_summary.h"
#include "tasks/reading/alignment.h"

namespace groel {
namespace {

ProteinRecord to_public(io::SequenceRecord&& raw) {
  return {std::move(raw.id), std::move(raw.header), std::move(raw.sequence), std::move(raw.source),
          raw.line,          std::move(raw.error)};
}

}  // namespace

struct RecordReader::Impl {
  Impl(const std::string& path, std::optional<Model> of) : source(path == "-" ? "stdin" : path), model(std::move(of)) {
    if (model && bio::as_alignments(tokenizer()) != nullptr && tasks::is_alignment_file(path))
      summary.add(tasks::for_each_input({path}, {}, tasks::AlignmentOptions{}, tokenizer(),
                                        [&](io::SequenceRecord& record) { read.push_back(std::move(record)); }));
    else
      reader.emplace(path);
  }

  const bio::Tokenizer& tokenizer() const { return api::engine_model(*model).tokenizer(); }

  bool next(io::SequenceRecord& record) {
    if (reader) return reader->next(record);
    if (read.empty()) return false;
    record = std::move(read.front());
    read.pop_front();
    return true;
  }

  void count(io::SequenceRecord& record) {
    any = true;
    summary.take(record);
    if (!model || record.error) return;
    try {
      summary.add(tokenizer().encode(record.sequence).counts);
    } catch (const Error&) {  // whoever uses the sequence meets it again
    }
  }

  void end() {
    if (!any) throw Error(ErrorKind::bad_input, {"there are no sequences in it", source, "is the file empty?"});
    if (std::exchange(told, true)) return;
    if (reader) summary.add(reader->notes());
    if (model) summary.tell(model->session().impl()->session.sink());
  }

  std::string source;
  std::optional<Model> model;
  std::optional<io::SequenceReader> reader;
  std::deque<io::SequenceRecord> read;  // of an alignment
  io::SequenceSummary summary;
  bool any = false, told = false;
};

RecordReader::RecordReader(const std::string& path) : impl_(std::make_unique<Impl>(path, std::nullopt)) {}
RecordReader::RecordReader(const std::string& path, const Model& model) : impl_(std::make_unique<Impl>(path, model)) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;

bool RecordReader::next(ProteinRecord& record) {
  io::SequenceRecord raw;
  if (!impl_->next(raw)) {
    impl_->end();
    return false;
  }
  impl_->count(raw);
  record = to_public(std::move(raw));
  return true;
}

}  // namespace groel
