// One record after the other into a file beside the one that was asked for.
#include "tasks/contacts/writer.h"

#include "base/sha256.h"
#include "tasks/embed/run.h"

namespace groel::tasks {

bool is_rr(const std::filesystem::path& path) { return path.extension() == ".rr" || path.extension() == ".casp"; }

ContactWriter::ContactWriter(const std::filesystem::path& path, const engine::LoadedModel& loaded, std::int64_t records,
                             std::int64_t residues)
    : path_(path),
      unfinished_(path.parent_path() / ("." + path.stem().string() + ".unfinished" + path.extension().string())),
      layer_(static_cast<int>(loaded.model->info().layers)) {
  EmbedRunOptions run;
  run.kinds = {formats::ItemKind::contacts};
  run.request = {.layers = {layer_}, .contacts = true};
  formats::ResultSchema schema{
      {{formats::ItemKind::contacts, layer_, 0}}, records, residues, describe_run(loaded, run)};
  writer_ = formats::find_format({}, path).open({.path = unfinished_, .schema = std::move(schema)});
}

ContactWriter::~ContactWriter() {
  if (writer_ == nullptr) return;
  writer_.reset();
  std::error_code ignored;
  std::filesystem::remove(unfinished_, ignored);
}

void ContactWriter::write(const ContactResult& result) {
  const std::int64_t n = result.length();
  writer_->write({result.id,
                  result.id,
                  n,
                  sha256(result.sequence),
                  {{formats::ItemKind::contacts, layer_, {n, n}, result.probabilities}},
                  std::nullopt});
}

void ContactWriter::write_failed(const std::string& id, const Error& error) {
  writer_->write({id, id, 0, {}, {}, error});
}

void ContactWriter::finish() {
  writer_->finish();
  writer_.reset();
  std::error_code failed;
  std::filesystem::rename(unfinished_, path_, failed);
  if (failed) throw_errno(path_.string(), "rename the finished file to this", failed.value());
}

}  // namespace groel::tasks
