// Writes contact probabilities to files: the formats of embed, and CASP's RR.
#pragma once

#include <filesystem>
#include <memory>

#include "checkpoints/load.h"
#include "formats/result.h"
#include "tasks/contacts/result.h"

namespace groel::tasks {

/// Whether an output's extension says CASP RR (.rr, .casp).
bool is_rr(const std::filesystem::path& path);

/// What a run's contacts are computed with, as files and journals say it.
nlohmann::json describe_contacts(const checkpoints::LoadedModel& loaded);

/// Refuses a path whose format cannot hold contacts. Errors: usage.
void check_contact_format(const std::filesystem::path& path);

/// One file of a format of embed.
class ContactWriter {
 public:
  struct Size {
    std::int64_t records = 0, residues = 0, tokens = 0;  ///< as in formats::ResultSchema
  };
  ContactWriter(const std::filesystem::path& path, const checkpoints::LoadedModel& loaded, const Size& size);
  void write(const ContactResult& result);
  void write_failed(const std::string& id, const Error& error);
  void finish() { writer_->finish(); }

 private:
  int layer_;
  std::unique_ptr<formats::ResultWriter> writer_;
};

}  // namespace groel::tasks
