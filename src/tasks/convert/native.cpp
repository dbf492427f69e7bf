// Writes a native file and what belongs beside it.
#include "tasks/convert/native.h"

#include "base/error.h"
#include "base/output_place.h"
#include "base/text_file.h"
#include "checkpoints/native_file.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

// A file without its configuration is read by that beside it.
void write_config(const NativeOutput& output, Sink& sink) {
  const fs::path file = output.path.parent_path() / "config.json";
  nlohmann::json config = output.checkpoint.config;
  output.checkpoint.family->complete(config, {});
  if (fs::exists(file) && output.standing == Standing::refuse && read_json(file) != config)
    throw Error(ErrorKind::usage, {"the file needs its config.json beside it, and another one is there", file.string(),
                                   "write into a folder of its own, or add --overwrite"});
  write_text(file, config.dump(2) + "\n");
  sink.note(fmt::format("{}: a file of this layout does not hold the configuration", file.string()));
}

// A regression that an earlier file had would be read with the new one.
void remove_stale(const fs::path& regression, const std::vector<fs::path>& written, Sink& sink) {
  std::error_code ignored;
  if (std::find(written.begin(), written.end(), regression) != written.end() || !fs::remove(regression, ignored))
    return;
  sink.note(fmt::format("{}: removed, as the new model has no contact head", regression.string()));
}

}  // namespace

bool is_native_name(const std::string& output) {
  const std::string extension = fs::path(output).extension().string();
  return extension == ".pt" || extension == ".pth";
}

void check_native_output(const fs::path& output, const models::Family& family, Standing standing) {
  const models::Layout* const layout = models::written_layout(family);
  if (layout == nullptr)
    throw Error(ErrorKind::unsupported,
                {fmt::format("files of the own code of family '{}' are not written", family.name),
                 {},
                 "write a Hugging Face folder: --layout hugging-face"});
  if (output.extension() != layout->extension)
    throw Error(ErrorKind::usage, {fmt::format("files of this family's own code end in {}", layout->extension),
                                   output.string(), fmt::format("name it so, or write --layout hugging-face")});
  for (const fs::path& file : {output, checkpoints::regression_of(output)})
    if (output_stands(file) && standing == Standing::refuse)
      throw Error(ErrorKind::usage,
                  {"the output exists already", file.string(), "choose another name, or add --overwrite"});
}

std::vector<fs::path> write_native_model(const NativeOutput& output, Sink& sink) {
  const models::Layout& layout = *models::written_layout(*output.checkpoint.family);
  const models::RawCheckpoint& file = output.conversion.file;
  if (layout.needs_config != nullptr && layout.needs_config(output.checkpoint.config)) write_config(output, sink);
  auto written = checkpoints::write_native(output.path, {file.config, output.conversion.tensors});
  remove_stale(checkpoints::regression_of(output.path), written, sink);
  if (layout.advice != nullptr)
    if (const std::string advice = layout.advice(file, output.path.stem().string()); !advice.empty()) sink.note(advice);
  return written;
}

}  // namespace groel::tasks
