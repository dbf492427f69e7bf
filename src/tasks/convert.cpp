// groel convert: writes a checkpoint in another layout or precision.
#include "base/atomic_file.h"
#include "checkpoints/conversion.h"
#include "checkpoints/load.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/native_file.h"
#include "checkpoints/saved_model.h"
#include "checkpoints/tensors.h"
#include "tasks/convert/native.h"
#include "tasks/reading/model.h"
#include "tasks/reading/model_folder.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using checkpoints::WeightFiles;

struct ConvertOptions : OutputOptions {
  Chosen<std::string> model;
  std::optional<std::string> layout;
  std::string dtype;
  std::optional<std::size_t> shard_size;
  bool json = false;

  void declare(OptionBinder& to) {
    OptionSpec model_row = model_option();
    model_row.required = true;
    to(model, model_row);
    to(layout,
       {.name = "layout",
        .help = "What to write: a Hugging Face folder with safetensors or with pytorch_model.bin, or a file of the "
                "model's own code; not given: the last where the output's name ends in .pt or .pth, else the first",
        .choices = {"hugging-face", "hugging-face-bin", "native"}});
    to(dtype,
       {.name = "dtype",
        .help = "Precision of the weights; int8: whole numbers with a scale for each output for the layers' matrices "
                "(what --dtype int8 and --weights int8 make of them), bf16 for the rest",
        .otherwise = "f32",
        .choices = {"f32", "bf16", "f16", "int8"},
        .aliases = {"to"}});
    to(shard_size, {.name = "shard-size",
                    .help = "Divide the weights of a folder among files of at most this size",
                    .value_name = "SIZE",
                    .group = kOutput});
    to(output, {.name = "output",
                .letter = 'o',
                .help = "Folder to write, or .pt or .pth file",
                .value_name = "PATH",
                .required = true,
                .writes = Writes::folder,
                .aliases = {"out"}});
    to(overwrite, {.name = "overwrite",
                   .help = "Replace the model in an existing folder, whatever else is in it stays; or the file",
                   .group = kOutput});
    to(json, json_option());
  }

  bool native() const { return layout ? *layout == "native" : is_native_name(*output); }
  WeightFiles files() const {
    return {layout == "hugging-face-bin" ? WeightFiles::Form::bin : WeightFiles::Form::safetensors,
            shard_size.value_or(0)};
  }
};

DType parse_dtype(const std::string& text) {
  if (text == "bf16") return DType::bf16;
  if (text == "int8") return DType::i8;
  return text == "f16" ? DType::f16 : DType::f32;
}

void check_output(const ConvertOptions& options) {
  const fs::path output = *options.output;
  if (options.shard_size == std::size_t{0})
    throw Error(ErrorKind::usage, {"a file holds at least something", "--shard-size", "for example --shard-size 2G"});
  if (options.dtype == "int8" && (options.native() || options.layout == "hugging-face-bin"))
    throw Error(ErrorKind::usage,
                {"weights in int8 are written as safetensors", "--dtype int8", "write --layout hugging-face"});
  if (options.native()) {
    if (options.shard_size)
      throw Error(ErrorKind::usage, {"a file of the model's own code is one file", "--shard-size",
                                     "leave it out, or write --layout hugging-face"});
    return;
  }
  for (const char* const file : {".pt", ".pth", ".bin", ".safetensors", ".gguf"})
    if (output.extension() == file)
      throw Error(ErrorKind::usage, {"this layout is a folder: weights alone do not say what model they are of",
                                     output.string(), "name a folder"});
  check_model_folder(output.string(), options.standing());
}

struct ConvertedFiles {
  std::vector<fs::path> files;  ///< that hold weights
  std::size_t bytes = 0;
};

ConvertedFiles write_folder(const ConvertOptions& options, const checkpoints::Conversion& conversion,
                            bio::TokenizerFiles tokenizer) {
  const fs::path folder = *options.output;
  const checkpoints::SavedModel model{conversion.file.config, conversion.tensors, std::move(tokenizer)};
  ConvertedFiles out;
  checkpoints::write_model_folder(folder, [&](const fs::path& temporary) {
    for (const fs::path& file : checkpoints::write_model(temporary, model, options.files())) {
      out.files.push_back(folder / file.filename());
      out.bytes += fs::file_size(file);
    }
  });
  return out;
}

ConvertedFiles write_file(const ConvertOptions& options, const checkpoints::Checkpoint& checkpoint,
                          const checkpoints::Conversion& conversion, Sink& sink) {
  ConvertedFiles out{write_native_model({*options.output, options.standing(), checkpoint, conversion}, sink), 0};
  for (const fs::path& file : out.files) out.bytes += fs::file_size(file);
  return out;
}

void tell(const ConvertOptions& options, const checkpoints::Conversion& conversion, const ConvertedFiles& written,
          Context& context) {
  for (const std::string& line : conversion.report.lines()) context.sink.note(line);
  if (!options.json) {
    const std::string files = written.files.size() > 1 ? fmt::format(" in {} files", written.files.size()) : "";
    context.out << fmt::format("{}: {}, {} as {}{}\n", *options.output, counted(conversion.tensors.size(), "tensor"),
                               format_bytes(written.bytes), options.dtype, files);
    return;
  }
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const fs::path& file : written.files) files.push_back(file.string());
  context.out << nlohmann::ordered_json{{"model", *options.output}, {"tensors", conversion.tensors.size()},
                                        {"bytes", written.bytes},   {"files", files},
                                        {"dtype", options.dtype},   {"report", conversion.report.to_json()}}
                     .dump(2)
              << '\n';
}

int run(const ConvertOptions& options, Context& context) {
  check_output(options);
  checkpoints::Checkpoint checkpoint = checkpoints::read_checkpoint(model_of(options.model, context.sink));
  if (options.native()) check_native_output(*options.output, *checkpoint.family, options.standing());
  const checkpoints::LoadedModel loaded =
      checkpoints::load_unprepared(checkpoint);  // strict: a damaged one is found out here
  checkpoints::widen_whole_arrays(nn::tree_of(*loaded.model), checkpoint.arrays);
  const auto convert = options.native() ? checkpoints::to_native : checkpoints::to_hugging_face;
  const checkpoints::Conversion conversion = convert(checkpoint, *loaded.model, parse_dtype(options.dtype));
  const ConvertedFiles written = options.native()
                                     ? write_file(options, checkpoint, conversion, context.sink)
                                     : write_folder(options, conversion, loaded.model->tokenizer().files());
  tell(options, conversion, written, context);
  return 0;
}

}  // namespace

Task convert_task() {
  return {
      .name = "convert",
      .summary = "Write a checkpoint in another layout, or in f32, bf16, f16 or int8",
      .description =
          "Takes every layout that can be loaded: Hugging Face folders, files of a model's own code, GGUF files, "
          "adapters (merged into their base). Writes a Hugging Face folder or a file of the model's own code, and says "
          "which tensors are renamed, joined, computed or dropped. bf16 halves the file and keeps about 3 digits of "
          "each weight; int8 halves that again, at the cost that `groel doctor MODEL --quality` measures.",
      .examples = {{"groel convert --dtype bf16 --output tiny-bf16", "half the size"},
                   {"groel convert --to int8 --output tiny-int8", "a quarter of f32, for --dtype int8"},
                   {"groel convert --output esm2_tiny.pt", "for fair-esm's code"},
                   {"groel convert --layout hugging-face-bin --shard-size 10M --output tiny-bin",
                    "pytorch_model.bin in several files"}},
      .options = option_table<ConvertOptions>(),
      .run = entry<ConvertOptions, run>};
}

}  // namespace groel::tasks
