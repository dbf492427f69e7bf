// Writes text piece by piece to a file or to stdout.
#include "tasks/data/text_output.h"

#include "formats/extension.h"
#include "tasks/reading/csv_text.h"

namespace groel::tasks {

TextOutput::TextOutput(const OutputOptions& output, std::ostream& standard) : standard_(standard) {
  check_table_output(output);
  if (!output.to_file()) return;
  static const std::string extensions[] = {".csv", ".tsv", ".fasta"};
  formats::check_extension(*output.output, extensions);
  file_.emplace(*output.output);
  if (const Compression how = compression_of(*output.output); how != Compression::none) compressor_.emplace(how);
}

void TextOutput::put(const std::string& bytes) { file_->write(std::as_bytes(std::span(bytes))); }

void TextOutput::add(std::string_view text) {
  if (!file_)
    standard_ << text;
  else if (compressor_)
    put(compressor_->add(text));
  else
    file_->write(std::as_bytes(std::span(text)));
}

void TextOutput::finish() {
  if (!file_) return;
  if (compressor_) put(compressor_->finish());
  file_->commit();
}

}  // namespace groel::tasks
