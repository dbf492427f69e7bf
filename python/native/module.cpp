// groel._groel: models of the C interface as Python objects, without comfort. The package groel is what people use.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstring>

#include "arrays.h"
#include "call.h"

namespace groel::python {
namespace {

using Texts = std::vector<std::string>;

// A NUL would end a text early.
const char* plain(const std::string& text, const char* name) {
  if (text.find('\0') != std::string::npos)
    raise({GROEL_BAD_INPUT, std::string(name) + ": there is a character NUL in it", "there is a character NUL in it",
           name, ""});
  return text.c_str();
}

std::vector<const char*> plain(const Texts& texts, const char* name) {
  std::vector<const char*> out;
  for (const std::string& text : texts) out.push_back(plain(text, name));
  return out;
}

template <class T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* handle) const noexcept { Free(handle); }
};
template <class T, void (*Free)(T*)>
using Handle = std::unique_ptr<T, Freeing<T, Free>>;

using ModelHandle = Handle<groel_model, groel_model_free>;
using EmbedderHandle = Handle<groel_embedder, groel_embedder_free>;
using EmbeddingsHandle = Handle<groel_embeddings, groel_embeddings_free>;
using FilledHandle = Handle<groel_filled, groel_filled_free>;
using ReaderHandle = Handle<groel_reader, groel_reader_free>;

// Does `work`, which returns a groel_status, beside this thread.
template <class Work>
void run(const std::shared_ptr<Session>& session, const py::object& listener, const Work& work) {
  Call(
      session, [&work](Heard&) { return work(); }, listener)
      .wait();
}

// Goes after all that works for it.
struct Loaded {
  std::shared_ptr<Session> session;
  ModelHandle model;
};

class Embedder {
 public:
  Embedder(std::shared_ptr<Loaded> of, const std::vector<int>& layers, const std::vector<int>& outputs)
      : of_(std::move(of)) {
    std::vector<groel_output> wanted;
    for (const int output : outputs) wanted.push_back(static_cast<groel_output>(output));
    groel_embed_options options{};
    options.size = sizeof options;
    options.layers = layers.data();
    options.layer_count = layers.size();
    options.outputs = wanted.data();
    options.output_count = wanted.size();
    groel_embedder* made = nullptr;
    check(groel_embedder_new(of_->model.get(), &options, &made));
    embedder_.reset(made);
  }

  // -> for each sequence a list of (output, layer, array), or the exception that it has failed with.
  py::list embed(const Texts& sequences, const py::object& listener) const {
    const auto texts = plain(sequences, "a sequence");
    groel_embeddings* made = nullptr;
    EmbeddingsHandle all;
    run(of_->session, listener, [&] {
      const groel_status status = groel_embed_each(embedder_.get(), texts.data(), texts.size(), &made);
      all.reset(made);
      return status;
    });
    py::list out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (const groel_error* const error = groel_embeddings_error(all.get(), i); error != nullptr)
        out.append(exception_of(Failure::of(*error)));
      else
        out.append(values(all.get(), i));
    }
    return out;
  }

 private:
  static py::list values(const groel_embeddings* all, std::size_t sequence) {
    py::list out;
    for (std::size_t i = 0; i < groel_embeddings_value_count(all, sequence); ++i) {
      groel_output output{};
      int layer = 0;
      groel_array array{};
      check(groel_embeddings_value(all, sequence, i, &output, &layer, &array));
      out.append(py::make_tuple(groel_output_name(output), layer, to_numpy(array)));
    }
    return out;
  }

  std::shared_ptr<Loaded> of_;
  EmbedderHandle embedder_;
};

class Reader {
 public:
  Reader(std::shared_ptr<Loaded> of, const std::string& path, py::object listener)
      : of_(std::move(of)), listener_(std::move(listener)) {
    groel_reader* made = nullptr;
    const char* const file = plain(path, "the path");
    beside_others([&] { return groel_reader_open(of_ ? of_->model.get() : nullptr, file, &made); });
    reader_.reset(made);
  }

  // -> (id, header, sequence, source, line, exception or None)
  py::tuple next() {
    const groel_record* record = nullptr;
    beside_others([&] { return groel_reader_next(reader_.get(), &record); });
    if (of_) pass_on(of_->session->strays(), listener_);  // said at the end of the file
    if (record == nullptr) throw py::stop_iteration();
    const py::object error = record->error == nullptr ? py::none() : exception_of(Failure::of(*record->error));
    return py::make_tuple(text(record->id), text(record->header), text(record->sequence), text(record->source),
                          record->line, error);
  }

 private:
  // Of files, whose bytes need not be UTF-8.
  static py::str text(const char* bytes) {
    PyObject* const read =
        PyUnicode_DecodeUTF8(bytes, static_cast<py::ssize_t>(std::strlen(bytes)), "backslashreplace");
    if (read == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::str>(read);
  }

  // Reading may wait for a disk or a pipe: other threads of Python go on.
  template <class Read>
  static void beside_others(const Read& read) {
    Failure failure;
    {
      const py::gil_scoped_release others;
      failure = Failure::last(read());
    }
    if (failure.status != GROEL_OK) raise(failure);
  }

  std::shared_ptr<Loaded> of_;
  py::object listener_;
  ReaderHandle reader_;
};

struct GenerateSettings {
  std::optional<std::string> prompt;
  std::string forbid;
  groel_generate_options options{};
};

// Proteins as they are written.
class ProteinStream {
 public:
  ProteinStream(std::shared_ptr<Loaded> of, std::shared_ptr<GenerateSettings> settings, py::object listener)
      : of_(std::move(of)) {
    call_ = std::make_unique<Call>(
        of_->session,
        [model = of_->model.get(), settings = std::move(settings)](Heard& heard) {
          return groel_generate(model, &settings->options, receive, &heard);
        },
        std::move(listener));
  }

  py::tuple next() {
    std::optional<Protein> one = call_->next_protein();
    if (!one) throw py::stop_iteration();
    return py::make_tuple(one->sequence, one->text, to_numpy(std::move(one->token_ids)),
                          to_numpy(std::move(one->log_probabilities)), one->perplexity, one->ended);
  }

 private:
  // Waits while as many as this are not fetched.
  static int receive(void* user, const groel_protein* protein) {
    constexpr std::size_t kMostWaiting = 256;
    Heard& heard = *static_cast<Heard*>(user);
    std::unique_lock lock(heard.mutex);
    heard.changed.wait(lock, [&] { return heard.stop || heard.proteins.size() < kMostWaiting; });
    if (heard.stop) return 1;
    const std::size_t n = protein->token_count;
    heard.proteins.push_back({protein->sequence,
                              protein->text,
                              {protein->token_ids, protein->token_ids + n},
                              {protein->log_probabilities, protein->log_probabilities + n},
                              protein->perplexity,
                              protein->ended != 0});
    heard.changed.notify_all();
    return 0;
  }

  std::shared_ptr<Loaded> of_;
  std::unique_ptr<Call> call_;
};

class Model {
 public:
  Model(const std::string& name, int dtype, const Texts& prompts, std::int64_t threads, std::uint64_t memory,
        const py::object& listener)
      : loaded_(std::make_shared<Loaded>()) {
    loaded_->session = std::make_shared<Session>(threads, memory);
    const auto texts = plain(prompts, "a prompt");
    groel_load_options options{};
    options.size = sizeof options;
    options.dtype = static_cast<groel_dtype>(dtype);
    options.prompts = texts.data();
    options.prompt_count = texts.size();
    const char* const which = plain(name, "the model's name");
    run(loaded_->session, listener, [&] {
      groel_model* made = nullptr;
      const groel_status status = groel_model_load(loaded_->session->handle(), which, &options, &made);
      loaded_->model.reset(made);
      return status;
    });
  }

  py::dict description() const {
    const groel_description& d = *groel_model_description(loaded_->model.get());
    py::list capabilities;
    for (std::size_t i = 0; i < d.capability_count; ++i) capabilities.append(d.capabilities[i]);
    py::dict out;
    out["family"] = d.family;
    out["layers"] = d.layers;
    out["width"] = d.width;
    out["heads"] = d.heads;
    out["vocabulary"] = d.vocabulary;
    out["parameters"] = d.parameters;
    out["max_residues"] = d.max_residues == 0 ? py::object(py::none()) : py::int_(d.max_residues);
    out["capabilities"] = py::tuple(capabilities);
    return out;
  }

  int threads() const { return groel_session_threads(loaded_->session->handle()); }

  py::array_t<std::int32_t> tokens(const std::string& sequence) const {
    const char* const text = plain(sequence, "the sequence");
    std::size_t count = 0;
    check(groel_model_tokens(loaded_->model.get(), text, nullptr, 0, &count));
    std::vector<std::int32_t> ids(count);
    check(groel_model_tokens(loaded_->model.get(), text, ids.data(), count, &count));
    return to_numpy(std::move(ids));
  }

  Embedder embedder(const std::vector<int>& layers, const std::vector<int>& outputs) const {
    return {loaded_, layers, outputs};
  }

  py::array_t<double> score(int scoring, const std::string& wild_type, const Texts& variants,
                            const py::object& listener) const {
    const char* const text = plain(wild_type, "the wild type");
    const auto names = plain(variants, "a variant");
    std::vector<double> scores(names.size());
    run(loaded_->session, listener, [&] {
      return groel_score(loaded_->model.get(), static_cast<groel_scoring>(scoring), text, names.data(), names.size(),
                         scores.data());
    });
    return to_numpy(std::move(scores));
  }

  // -> [(position, [(residue, probability)])]
  py::list fill_mask(const std::string& sequence, std::size_t top, const py::object& listener) const {
    const char* const text = plain(sequence, "the sequence");
    FilledHandle filled;
    run(loaded_->session, listener, [&] {
      groel_filled* made = nullptr;
      const groel_status status = groel_fill_mask(loaded_->model.get(), text, top, &made);
      filled.reset(made);
      return status;
    });
    py::list out;
    for (std::size_t i = 0; i < groel_filled_count(filled.get()); ++i) {
      const groel_filled_mask& mask = groel_filled_masks(filled.get())[i];
      py::list choices;
      for (std::size_t c = 0; c < mask.choice_count; ++c)
        choices.append(py::make_tuple(mask.choices[c].token, mask.choices[c].probability));
      out.append(py::make_tuple(mask.position, choices));
    }
    return out;
  }

  // Options by their names in groel_generate_options; those that are None are left to the model.
  ProteinStream generate(const py::dict& given, const py::object& listener) const {
    auto settings = std::make_shared<GenerateSettings>();
    groel_generate_options& to = settings->options;
    to.size = sizeof to;
    const auto number = [&](const char* name, groel_number& place) {
      if (const py::object value = given[name]; !value.is_none()) place = {1, value.cast<double>()};
    };
    const auto count = [&](const char* name, groel_count& place) {
      if (const py::object value = given[name]; !value.is_none()) place = {1, value.cast<std::int64_t>()};
    };
    settings->prompt = given["prompt"].cast<std::optional<std::string>>();
    if (settings->prompt) to.prompt = plain(*settings->prompt, "prompt");
    settings->forbid = given["forbid"].cast<std::string>();
    to.forbid = plain(settings->forbid, "forbid");
    to.number = given["number"].cast<std::int64_t>();
    to.greedy = given["greedy"].cast<bool>() ? 1 : 0;
    number("temperature", to.temperature);
    number("top_p", to.top_p);
    number("min_p", to.min_p);
    number("typical_p", to.typical_p);
    count("top_k", to.top_k);
    to.seed = given["seed"].cast<std::uint32_t>();
    number("repetition_penalty", to.repetition_penalty);
    count("max_new_tokens", to.max_new_tokens);
    count("min_residues", to.min_residues);
    count("max_residues", to.max_residues);
    to.ignore_end = given["ignore_end"].cast<bool>() ? 1 : 0;
    to.batch = given["batch"].cast<std::int64_t>();
    return {loaded_, std::move(settings), listener};
  }

  Reader reader(const std::string& path, const py::object& listener) const { return {loaded_, path, listener}; }

 private:
  std::shared_ptr<Loaded> loaded_;
};

std::vector<std::string> output_names() {
  std::vector<std::string> out;
  for (int i = 0; const char* const name = groel_output_name(static_cast<groel_output>(i)); ++i) out.emplace_back(name);
  return out;
}

// The classes have no constructors but those that are used.
PYBIND11_MODULE(_groel, module) {
  module.doc() = "GroEL's C interface; use the package groel.";
  module.attr("version") = groel_version();
  module.attr("output_names") = py::tuple(py::cast(output_names()));
  py::class_<Embedder>(module, "Embedder").def("embed", &Embedder::embed, py::arg("sequences"), py::arg("listener"));
  py::class_<Reader>(module, "Reader")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &Reader::next);
  py::class_<ProteinStream>(module, "ProteinStream")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &ProteinStream::next);
  py::class_<Model>(module, "Model")
      .def(py::init<const std::string&, int, const Texts&, std::int64_t, std::uint64_t, const py::object&>(),
           py::arg("name"), py::arg("dtype"), py::arg("prompts"), py::arg("threads"), py::arg("memory"),
           py::arg("listener"))
      .def("description", &Model::description)
      .def("threads", &Model::threads)
      .def("tokens", &Model::tokens, py::arg("sequence"))
      .def("embedder", &Model::embedder, py::arg("layers"), py::arg("outputs"))
      .def("score", &Model::score, py::arg("scoring"), py::arg("wild_type"), py::arg("variants"), py::arg("listener"))
      .def("fill_mask", &Model::fill_mask, py::arg("sequence"), py::arg("top"), py::arg("listener"))
      .def("generate", &Model::generate, py::arg("options"), py::arg("listener"))
      .def("reader", &Model::reader, py::arg("path"), py::arg("listener"));
  module.def(
      "reader", [](const std::string& path) { return Reader(nullptr, path, py::none()); }, py::arg("path"));
}

}  // namespace
}  // namespace groel::python
