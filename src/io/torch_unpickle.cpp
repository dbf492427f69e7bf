// The table of names that a torch file may use, and what each of them builds.
#include "io/torch_unpickle.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace groel::io {
namespace {

enum class TorchRole {
  ordered_dict,       // (), or (pairs)
  attributes,         // argparse.Namespace, OmegaConf's containers: their attributes follow
  default_dict,       // (type,)
  collection,         // set, frozenset, torch.Size: its one argument
  device,             // ("cuda", 0) as "cuda:0"
  latin1,             // how protocol 2 spells bytes: (text, "latin1")
  bytes,              // ()
  rebuild_tensor,     // (storage, offset, shape, strides, …)
  rebuild_typed,      // the same with the dtype as the seventh argument
  rebuild_parameter,  // (tensor, …)
  rebuild_from_type,  // (function, type, arguments, state)
  storage,            // names a storage's type; not called
  untyped_storage,    // likewise
  plain,              // a type or element type that is used as a value
};

struct Row {
  std::string_view name;
  TorchRole role;
  std::optional<DType> dtype = std::nullopt;
};

constexpr Row kGlobals[] = {
    {"argparse.Namespace", TorchRole::attributes},
    {"omegaconf.dictconfig.DictConfig", TorchRole::attributes},
    {"omegaconf.listconfig.ListConfig", TorchRole::attributes},
    {"omegaconf.nodes.AnyNode", TorchRole::attributes},
    {"omegaconf.nodes.BooleanNode", TorchRole::attributes},
    {"omegaconf.nodes.FloatNode", TorchRole::attributes},
    {"omegaconf.nodes.IntegerNode", TorchRole::attributes},
    {"omegaconf.nodes.StringNode", TorchRole::attributes},
    {"omegaconf.base.ContainerMetadata", TorchRole::attributes},
    {"omegaconf.base.Metadata", TorchRole::attributes},
    {"collections.defaultdict", TorchRole::default_dict},
    {"collections.OrderedDict", TorchRole::ordered_dict},
    {"builtins.set", TorchRole::collection},
    {"__builtin__.set", TorchRole::collection},
    {"builtins.frozenset", TorchRole::collection},
    {"__builtin__.frozenset", TorchRole::collection},
    {"torch.Size", TorchRole::collection},
    {"torch.device", TorchRole::device},
    {"_codecs.encode", TorchRole::latin1},
    {"builtins.bytes", TorchRole::bytes},
    {"__builtin__.bytes", TorchRole::bytes},
    {"torch._utils._rebuild_tensor", TorchRole::rebuild_tensor},
    {"torch._utils._rebuild_tensor_v2", TorchRole::rebuild_tensor},
    {"torch._utils._rebuild_tensor_v3", TorchRole::rebuild_typed},
    {"torch._utils._rebuild_parameter", TorchRole::rebuild_parameter},
    {"torch._utils._rebuild_parameter_with_state", TorchRole::rebuild_parameter},
    {"torch._tensor._rebuild_from_type_v2", TorchRole::rebuild_from_type},
    {"torch.FloatStorage", TorchRole::storage, DType::f32},
    {"torch.HalfStorage", TorchRole::storage, DType::f16},
    {"torch.BFloat16Storage", TorchRole::storage, DType::bf16},
    {"torch.DoubleStorage", TorchRole::storage, DType::f64},
    {"torch.LongStorage", TorchRole::storage, DType::i64},
    {"torch.IntStorage", TorchRole::storage, DType::i32},
    {"torch.ShortStorage", TorchRole::storage, DType::i16},
    {"torch.CharStorage", TorchRole::storage, DType::i8},
    {"torch.ByteStorage", TorchRole::storage, DType::u8},
    {"torch.BoolStorage", TorchRole::storage, DType::boolean},
    {"torch.ComplexFloatStorage", TorchRole::storage},
    {"torch.ComplexDoubleStorage", TorchRole::storage},
    {"torch.QInt8Storage", TorchRole::storage},
    {"torch.QUInt8Storage", TorchRole::storage},
    {"torch.QInt32Storage", TorchRole::storage},
    {"torch.UntypedStorage", TorchRole::untyped_storage},
    {"torch.storage.UntypedStorage", TorchRole::untyped_storage},
    {"torch.storage._UntypedStorage", TorchRole::untyped_storage},
    {"typing.Any", TorchRole::plain},
    {"builtins.dict", TorchRole::plain},
    {"__builtin__.dict", TorchRole::plain},
    {"builtins.list", TorchRole::plain},
    {"__builtin__.list", TorchRole::plain},
    {"builtins.int", TorchRole::plain},
    {"__builtin__.int", TorchRole::plain},
    {"__builtin__.long", TorchRole::plain},
    {"builtins.float", TorchRole::plain},
    {"__builtin__.float", TorchRole::plain},
    {"builtins.bool", TorchRole::plain},
    {"__builtin__.bool", TorchRole::plain},
    {"builtins.str", TorchRole::plain},
    {"__builtin__.unicode", TorchRole::plain},
    {"torch.Tensor", TorchRole::plain},
    {"torch.nn.parameter.Parameter", TorchRole::plain},
    {"torch.float32", TorchRole::plain, DType::f32},
    {"torch.float16", TorchRole::plain, DType::f16},
    {"torch.bfloat16", TorchRole::plain, DType::bf16},
    {"torch.float64", TorchRole::plain, DType::f64},
    {"torch.int64", TorchRole::plain, DType::i64},
    {"torch.int32", TorchRole::plain, DType::i32},
    {"torch.int16", TorchRole::plain, DType::i16},
    {"torch.int8", TorchRole::plain, DType::i8},
    {"torch.uint8", TorchRole::plain, DType::u8},
    {"torch.bool", TorchRole::plain, DType::boolean},
    {"torch.uint16", TorchRole::plain},
    {"torch.uint32", TorchRole::plain},
    {"torch.uint64", TorchRole::plain},
    {"torch.complex64", TorchRole::plain},
    {"torch.complex128", TorchRole::plain},
    {"torch.float8_e4m3fn", TorchRole::plain},
    {"torch.float8_e5m2", TorchRole::plain},
};

const Row& row_of(const PickleValue& global) { return kGlobals[static_cast<std::size_t>(global.number)]; }

void require(PickleMachine& machine, bool condition, const char* what) {
  if (!condition) machine.fail(fmt::format("the pickle describes {} in a way that torch.save does not", what));
}

[[noreturn]] void unsupported(const PickleMachine& machine, const PickleValue& type) {
  throw Error(ErrorKind::unsupported, {fmt::format("tensors of type {} are not supported", type.text), machine.where(),
                                       "convert the checkpoint to float32, bfloat16 or float16"});
}

[[noreturn]] void refuse(const PickleMachine& machine, std::string_view name) {
  throw Error(ErrorKind::bad_model,
              {fmt::format("refuses to run code: {}", name), machine.where(),
               "a checkpoint needs only tensors and plain containers: if you trust the file, save its state dict alone "
               "(torch.save(model.state_dict(), ...)) or convert it to safetensors"});
}

PickleValue ordered_dict(PickleMachine& machine, const std::vector<PickleValue>& arguments) {
  std::vector<PickleValue> values;
  if (!arguments.empty()) {
    require(machine, arguments.size() == 1 && arguments[0].kind == PickleKind::list, "an OrderedDict");
    for (const PickleValue& pair : machine.items(arguments[0])) {
      require(machine, pair.kind == PickleKind::list || pair.kind == PickleKind::tuple, "an OrderedDict");
      const auto& items = machine.items(pair);
      require(machine, items.size() == 2, "an OrderedDict");
      machine.spend(2 * sizeof(PickleValue));
      values.insert(values.end(), items.begin(), items.end());
    }
  }
  return machine.make(PickleKind::dict, std::move(values));
}

PickleValue collection(PickleMachine& machine, const std::vector<PickleValue>& arguments) {
  if (arguments.empty()) return machine.make(PickleKind::list);
  const PickleKind kind = arguments[0].kind;
  require(machine, arguments.size() == 1 && (kind == PickleKind::list || kind == PickleKind::tuple), "a set");
  return arguments[0];
}

PickleValue device(PickleMachine& machine, const std::vector<PickleValue>& arguments) {
  require(machine, !arguments.empty() && arguments.size() <= 2 && arguments[0].kind == PickleKind::text, "a device");
  if (arguments.size() == 1) return arguments[0];
  require(machine, arguments[1].kind == PickleKind::integer, "a device");
  machine.spend(arguments[0].text.size());
  return machine.keep(PickleKind::text, fmt::format("{}:{}", arguments[0].text, arguments[1].number));
}

/// UTF-8 (already checked) of code points below 256 -> one byte each.
PickleValue latin1(PickleMachine& machine, const std::vector<PickleValue>& arguments) {
  require(machine, arguments.size() == 2 && arguments[0].kind == PickleKind::text && arguments[1].text == "latin1",
          "bytes");
  const std::string_view text = arguments[0].text;
  machine.spend(text.size());
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    require(machine, lead < 0x80 || (lead & 0xfcU) == 0xc0, "bytes");
    out += lead < 0x80 ? text[i] : static_cast<char>((lead & 3U) << 6 | (static_cast<std::uint8_t>(text[++i]) & 0x3fU));
  }
  return machine.keep(PickleKind::bytes, std::move(out));
}

std::vector<std::int64_t> integers(PickleMachine& machine, const PickleValue& value) {
  constexpr std::size_t kMaxRank = 64;  // torch's own limit
  require(machine, value.kind == PickleKind::tuple || value.kind == PickleKind::list, "a tensor");
  const auto& items = machine.items(value);
  require(machine, items.size() <= kMaxRank, "a tensor");
  machine.spend(items.size() * sizeof(std::int64_t));
  std::vector<std::int64_t> out;
  for (const PickleValue& item : items) {
    require(machine, item.kind == PickleKind::integer, "a tensor");
    out.push_back(item.number);
  }
  return out;
}

}  // namespace

PickleValue TorchHost::global(PickleMachine& machine, std::string_view module, std::string_view name) {
  const std::string dotted = fmt::format("{}.{}", module, name);
  const auto* row =
      std::find_if(std::begin(kGlobals), std::end(kGlobals), [&](const Row& r) { return r.name == dotted; });
  if (row != std::end(kGlobals)) return {PickleKind::global, row - std::begin(kGlobals), 0, row->name};
  refuse(machine, dotted);
}

PickleValue TorchHost::call(PickleMachine& machine, const PickleValue& callee, const PickleValue& arguments) {
  require(machine, callee.kind == PickleKind::global, "an object");
  const Row& row = row_of(callee);
  const std::vector<PickleValue>& items = machine.items(arguments);
  switch (row.role) {
    case TorchRole::ordered_dict: return ordered_dict(machine, items);
    case TorchRole::attributes:
      require(machine, items.empty(), "a Namespace");
      return machine.make(PickleKind::attributes);
    case TorchRole::default_dict:
      require(machine, items.size() <= 1, "a defaultdict");
      return machine.make(PickleKind::dict);
    case TorchRole::collection: return collection(machine, items);
    case TorchRole::device: return device(machine, items);
    case TorchRole::latin1: return latin1(machine, items);
    case TorchRole::bytes: require(machine, items.empty(), "bytes"); return {PickleKind::bytes, 0, 0, {}};
    case TorchRole::rebuild_tensor: return rebuild_tensor(machine, items, std::nullopt);
    case TorchRole::rebuild_typed:
      require(machine,
              items.size() >= 7 && items[6].kind == PickleKind::global && row_of(items[6]).role == TorchRole::plain,
              "a tensor");
      if (!row_of(items[6]).dtype) unsupported(machine, items[6]);
      return rebuild_tensor(machine, items, row_of(items[6]).dtype);
    case TorchRole::rebuild_parameter:
      require(machine, !items.empty() && items[0].kind == PickleKind::tensor, "a parameter");
      return items[0];
    case TorchRole::rebuild_from_type:
      require(machine,
              items.size() == 4 && items[0].kind == PickleKind::global && items[2].kind == PickleKind::tuple &&
                  row_of(items[0]).role != TorchRole::rebuild_from_type,  // no recursion
              "a tensor");
      return call(machine, items[0], items[2]);
    case TorchRole::storage:
    case TorchRole::untyped_storage:
    case TorchRole::plain: break;
  }
  refuse(machine, row.name);
}

PickleValue TorchHost::rebuild_tensor(PickleMachine& machine, const std::vector<PickleValue>& arguments,
                                      std::optional<DType> dtype) {
  require(machine,
          arguments.size() >= 4 && arguments[0].kind == PickleKind::storage && arguments[1].kind == PickleKind::integer,
          "a tensor");
  const auto index = static_cast<std::size_t>(arguments[0].number);
  require(machine, dtype || storages_[index].typed, "a tensor");
  machine.spend(sizeof(TorchTensor) + sizeof(nlohmann::json));
  tensors_.push_back({index, dtype.value_or(storages_[index].dtype), arguments[1].number,
                      integers(machine, arguments[2]), integers(machine, arguments[3])});
  require(machine, tensors_.back().shape.size() == tensors_.back().strides.size(), "a tensor");
  return {PickleKind::tensor, static_cast<std::int64_t>(tensors_.size() - 1), 0, {}};
}

PickleValue TorchHost::persistent(PickleMachine& machine, const PickleValue& id) {
  // ("storage", type, key, location, count[, None or (view key, offset, count)])
  require(machine, id.kind == PickleKind::tuple, "a storage");
  const auto& items = machine.items(id);
  require(machine,
          items.size() >= 5 && items[0].kind == PickleKind::text && items[0].text == "storage" &&
              items[1].kind == PickleKind::global && items[2].kind == PickleKind::text &&
              items[4].kind == PickleKind::integer && items[4].number >= 0,
          "a storage");
  const Row& type = row_of(items[1]);
  require(machine, type.role == TorchRole::storage || type.role == TorchRole::untyped_storage, "a storage");
  const bool typed = type.role == TorchRole::storage;
  if (typed && !type.dtype) unsupported(machine, items[1]);
  machine.spend(sizeof(TorchStorage) + items[2].text.size());
  TorchStorage storage{
      std::string(items[2].text), type.dtype.value_or(DType::u8), typed, items[4].number, 0, items[4].number};
  if (items.size() > 5 && items[5].kind != PickleKind::none) {
    require(machine, items[5].kind == PickleKind::tuple && machine.items(items[5]).size() == 3, "a storage view");
    const auto& view = machine.items(items[5]);
    require(machine, view[1].kind == PickleKind::integer && view[2].kind == PickleKind::integer, "a storage view");
    storage.view_offset = view[1].number;
    storage.view_count = view[2].number;
    require(machine,
            storage.view_offset >= 0 && storage.view_count >= 0 && storage.view_offset <= storage.count &&
                storage.view_count <= storage.count - storage.view_offset,
            "a storage view");
  }
  storages_.push_back(std::move(storage));
  return {PickleKind::storage, static_cast<std::int64_t>(storages_.size() - 1), 0, {}};
}

}  // namespace groel::io
