// groel convert: writes a checkpoint as a Hugging Face folder, in another precision if asked.
#include <set>

#include "checkpoints/load.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/saved_model.h"
#include "tasks/reading/model.h"
#include "tasks/reading/model_folder.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

struct ConvertOptions : OutputOptions {
  std::string precision;
  Chosen<std::string> model;
  bool json = false;

  void declare(OptionBinder& to) {
    OptionSpec model_row = model_option();
    model_row.required = true;
    to(model, model_row);
    to(precision,
       {.name = "to", .help = "Precision of the weights", .otherwise = "f32", .choices = {"f32", "bf16", "f16"}});
    to(output, {.name = "output",
                .letter = 'o',
                .help = "Folder to write",
                .value_name = "DIR",
                .required = true,
                .writes = Writes::folder,
                .aliases = {"out"}});
    to(overwrite, {.name = "overwrite",
                   .help = "Replace the model in an existing folder; whatever else is in it stays",
                   .group = kOutput});
    to(json, json_option());
  }
};

DType parse_dtype(const std::string& text) {
  if (text == "bf16") return DType::bf16;
  return text == "f16" ? DType::f16 : DType::f32;
}

// Buffers stay as they are: rotary frequencies rounded to bf16 turn far residues by other angles.
void keep_buffers(const checkpoints::Checkpoint& checkpoint, models::Model& loaded, checkpoints::SavedModel& model) {
  std::set<std::string> buffers;
  for (const nn::Parameter& parameter : nn::tree_of(loaded).parameters)
    if (parameter.role == nn::Role::buffer) buffers.insert(parameter.name);
  for (NamedTensor& tensor : model.tensors) {
    if (!buffers.contains(tensor.name)) continue;
    const io::Array& array = checkpoint.arrays.at(tensor.name);
    tensor.value = Tensor::copy_of(array.shape, array.dtype, array.bytes);
  }
}

int run(const ConvertOptions& options, Context& context) {
  const std::filesystem::path folder = *options.output;
  check_model_folder(folder.string(), options.standing());
  const checkpoints::Checkpoint checkpoint = checkpoints::read_checkpoint(model_of(options.model, context.sink));
  const checkpoints::LoadedModel loaded =
      checkpoints::load_unprepared(checkpoint);  // strict: a damaged one is found out here
  auto model = checkpoints::saved_copy(checkpoint, loaded.model->tokenizer().tokens(), parse_dtype(options.precision));
  keep_buffers(checkpoint, *loaded.model, model);
  checkpoints::write_model_folder(
      folder, [&](const std::filesystem::path& temporary) { checkpoints::write_model(temporary, model); });
  const std::size_t bytes = std::filesystem::file_size(folder / "model.safetensors");
  if (options.json)
    context.out
        << nlohmann::ordered_json{{"model", folder.string()}, {"tensors", model.tensors.size()}, {"bytes", bytes}}.dump(
               2)
        << '\n';
  else
    context.out << fmt::format("{}: {}, {} as {}\n", folder.string(), counted(model.tensors.size(), "tensor"),
                               format_bytes(bytes), options.precision);
  return 0;
}

}  // namespace

Task convert_task() {
  return {.name = "convert",
          .summary = "Write a checkpoint as a Hugging Face folder, in f32, bf16 or f16",
          .description =
              "Takes every layout that can be loaded: folders, fair-esm files, adapters (merged into their base). bf16 "
              "halves the file and keeps about 3 digits of each weight.",
          .examples = {{"groel convert --to bf16 --output tiny-bf16", "half the size"}},
          .options = option_table<ConvertOptions>(),
          .run = entry<ConvertOptions, run>};
}

}  // namespace groel::tasks
