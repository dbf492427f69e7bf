// Records of files through the C interface.
#include "c/handles.h"

struct groel_reader {
  std::shared_ptr<groel::c::SessionState> state;  // of the model, if there is one; goes after the reader
  groel::RecordReader reader;
  groel::ProteinRecord record{};
  std::optional<groel::c::KeptError> error{};
  groel_record plain{};
};

using groel::c::guarded;
using groel::c::needed;

groel_status groel_reader_open(const groel_model* model, const char* path, groel_reader** reader) {
  return guarded([&] {
    needed(reader, "reader") = nullptr;
    const std::string file = &needed(path, "path");
    *reader = model == nullptr ? new groel_reader{nullptr, groel::RecordReader(file)}
                               : new groel_reader{model->state, groel::RecordReader(file, model->model)};
  });
}

groel_status groel_reader_next(groel_reader* reader, const groel_record** record) {
  return guarded([&] {
    needed(record, "record") = nullptr;
    groel_reader& from = needed(reader, "reader");
    if (!from.reader.next(from.record)) return;
    const groel::ProteinRecord& now = from.record;
    from.error.reset();
    if (now.error) from.error.emplace(*now.error);
    from.plain = {now.id.c_str(),     now.header.c_str(), now.sequence.c_str(),
                  now.source.c_str(), now.line,           from.error ? &from.error->plain() : nullptr};
    *record = &from.plain;
  });
}

void groel_reader_free(groel_reader* reader) { delete reader; }
