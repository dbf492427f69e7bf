// Writes contact probabilities one record after the other, as embed writes its records.
#include "tasks/contacts/writer.h"

#include "base/sha256.h"
#include "formats/extension.h"
#include "formats/writers.h"
#include "tasks/embed/run.h"
#include "tasks/reading/flags.h"

namespace groel::tasks {

bool is_rr(const std::filesystem::path& path) {
  const std::string extension = formats::format_extension(path);
  return extension == ".rr" || extension == ".casp";
}

nlohmann::json describe_contacts(const checkpoints::LoadedModel& loaded) {
  EmbedRunOptions run;
  run.request = {{static_cast<int>(loaded.model->info().layers)}, {bio::Output::contacts}};
  return describe_run(loaded, run);
}

void check_contact_format(const std::filesystem::path& path) {
  formats::ResultSchema schema{{{bio::Output::contacts, 0, 0}}, 0, 0, {}};
  formats::check_options(formats::find_format({}, path), {.path = path, .schema = std::move(schema)});
}

ContactWriter::ContactWriter(const std::filesystem::path& path, const checkpoints::LoadedModel& loaded,
                             const Size& size)
    : layer_(static_cast<int>(loaded.model->info().layers)) {
  formats::ResultSchema schema{
      {{bio::Output::contacts, layer_, 0}}, size.records, size.residues, describe_contacts(loaded), size.tokens};
  writer_ = formats::find_format({}, path).open({.path = path, .schema = std::move(schema)});
}

void ContactWriter::write(const ContactResult& result) {
  const std::int64_t n = result.length();
  writer_->write({result.id,
                  result.id,
                  n,
                  sha256(result.sequence),
                  {{bio::Output::contacts, layer_, {n, n}, result.probabilities}},
                  std::nullopt});
}

void ContactWriter::write_failed(const std::string& id, const Error& error) {
  writer_->write({id, id, 0, {}, {}, with_flags(error)});
}

}  // namespace groel::tasks
