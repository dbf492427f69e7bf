// How proteins are written down for models that read text: --form.
#pragma once

#include <string>

#include "base/option_binder.h"
#include "models/model.h"

namespace groel::tasks {

OptionSpec form_option();

/// The same vocabulary with proteins in that form: document, plain (the residues and nothing else), or a text with {}
/// where they stand. Errors: usage for another text; unsupported, where the tokenizer knows one form alone; bad_input
/// for characters that no token covers.
models::TokenizerPointer tokenizer_in_form(models::TokenizerPointer tokenizer, const std::string& form);

}  // namespace groel::tasks
