// The option --form, and the tokenizer for each form of proteins.
#include "tasks/reading/text_form.h"

namespace groel::tasks {

OptionSpec form_option() {
  return {.name = "form",
          .help =
              "Of causal models: proteins as documents of the model (ProtGPT2's: <|endoftext|>, lines of 60), plain "
              "residues, or a text with {} where residues stand: 1.1.1.1<sep><start>{}<end>",
          .otherwise = "document",
          .value_name = "FORM"};
}

models::TokenizerPointer tokenizer_in_form(models::TokenizerPointer tokenizer, const std::string& form) {
  if (form == "document") return tokenizer;
  if (form == "plain") return tokenizer->in_form(bio::TextForm::plain());
  const std::size_t hole = form.find("{}");
  if (hole == std::string::npos)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no form of proteins", form), "--form",
                                   "document, plain, or a text with {} where residues stand"});
  return tokenizer->in_form({form.substr(0, hole), form.substr(hole + 2), 0});
}

}  // namespace groel::tasks
