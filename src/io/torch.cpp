// Reads what torch.save wrote: the zip archive of PyTorch 1.6 and later, or the plain pickle stream before it.
#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/threads.h"
#include "io/array_bytes.h"
#include "io/torch_tensors.h"
#include "io/torch_unpickle.h"
#include "io/zip_reader.h"

namespace groel::io {
namespace {

struct TorchSource {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  const std::string& label;

  [[noreturn]] void fail(std::string what) const {
    throw Error(ErrorKind::bad_model, {std::move(what), label, kDamaged});
  }
};

/// Storage bytes whose every tensor is aligned: those of a storage that is not are copied once, tied tensors together.
StorageBytes aligned_storage(const TorchSource& source, std::span<const std::byte> bytes, DType dtype) {
  const DType widest = size_of(dtype) == 1 ? DType::f64 : dtype;  // untyped bytes may hold anything
  Array array = aligned({widest, {}, bytes, source.owner});
  return {array.bytes, std::move(array.owner)};
}

TorchFile finish(const TorchSource& source, const TorchHost& host, const StorageMap& storages, nlohmann::json root) {
  return {std::move(root), torch_arrays(host, storages, source.label)};
}

// --- zip ---

std::string archive_root(const ZipReader& zip, const TorchSource& source) {
  constexpr std::string_view kObject = "/data.pkl";
  std::string root;
  for (const auto& [name, entry] : zip.entries()) {
    if (!name.ends_with(kObject) || name.find('/') != name.size() - kObject.size()) continue;
    if (!root.empty()) source.fail("the zip archive holds two data.pkl");
    root = name.substr(0, name.size() - kObject.size() + 1);
  }
  if (root.empty())
    throw Error(ErrorKind::bad_model, {"not a PyTorch file: the zip archive holds no data.pkl", source.label, {}});
  if (zip.find(root + "constants.pkl") != nullptr)
    throw Error(ErrorKind::unsupported, {"this is a TorchScript program, not a checkpoint", source.label,
                                         "save the state dict: torch.save(model.state_dict(), …)"});
  return root;
}

void check_byte_order(const ZipReader& zip, const std::string& root, const TorchSource& source) {
  const auto* order = zip.find(root + "byteorder");
  if (order == nullptr) return;
  const std::string_view text(reinterpret_cast<const char*>(order->bytes.data()), order->bytes.size());
  if (text != "little")
    throw Error(ErrorKind::unsupported, {"the file was written on a big-endian machine", source.label, {}});
}

void verify_all(const ZipReader& zip, const std::vector<std::string>& names) {
  constexpr std::size_t kWorthThreads = 4'000'000;  // bytes; below, waking the threads takes longer
  std::size_t bytes = 0;
  for (const std::string& name : names) bytes += zip.find(name)->bytes.size();
  const auto verify = [&](std::int64_t i) { zip.verify(names[static_cast<std::size_t>(i)]); };
  const auto count = static_cast<std::int64_t>(names.size());
  if (bytes >= kWorthThreads) return parallel_for(count, verify);
  for (std::int64_t i = 0; i < count; ++i) verify(i);
}

TorchFile parse_zip(const TorchSource& source, Checksums checksums) {
  const ZipReader zip(source.bytes, source.label);
  const std::string root = archive_root(zip, source);
  check_byte_order(zip, root, source);
  const std::string object = root + "data.pkl";
  if (checksums == Checksums::verify) zip.verify(object);
  TorchHost host;
  PickleMachine machine(zip.find(object)->bytes, host, source.label);
  nlohmann::json json = pickle_to_json(machine, machine.run());

  StorageMap storages;
  std::vector<std::string> names;
  for (const TorchStorage& storage : host.storages()) {
    std::string name = fmt::format("{}data/{}", root, storage.key);
    const auto* entry = zip.find(name);
    if (entry == nullptr || storages.contains(storage.key)) continue;  // an absent one is reported with its tensor
    storages.emplace(storage.key, aligned_storage(source, entry->bytes, storage.dtype));
    names.push_back(std::move(name));
  }
  if (checksums == Checksums::verify) verify_all(zip, names);
  return finish(source, host, storages, std::move(json));
}

// --- plain pickle stream: magic number, protocol, system, object, storage keys, then each storage ---

constexpr std::string_view kTorchMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kProtocol = 1001;

class LegacyReader {
 public:
  explicit LegacyReader(const TorchSource& source) : source_(source) {}

  TorchFile read() {
    check_preamble();
    nlohmann::json root;
    next([&](PickleMachine& machine, const PickleValue& value) { root = pickle_to_json(machine, value); });
    std::map<std::string, DType> types;
    for (const TorchStorage& storage : host_.storages()) types.emplace(storage.key, storage.dtype);
    const std::size_t described = host_.storages().size();
    std::vector<std::string> keys;
    next([&](PickleMachine& machine, const PickleValue& value) { keys = storage_keys(machine, value); });
    if (host_.storages().size() != described) source_.fail("the list of storages is damaged");
    StorageMap storages;
    for (const std::string& key : keys) {
      const auto type = types.find(key);
      if (type == types.end()) source_.fail(fmt::format("storage {} belongs to no tensor", key));
      if (!storages.emplace(key, storage_bytes(key, type->second)).second)
        source_.fail(fmt::format("storage {} is there twice", key));
    }
    if (position_ != source_.bytes.size())
      source_.fail(fmt::format("{} bytes follow the last storage", source_.bytes.size() - position_));
    return finish(source_, host_, storages, std::move(root));
  }

 private:
  template <class Use>
  void next(const Use& use) {
    PickleMachine machine(source_.bytes.subspan(position_), host_, source_.label);
    const PickleValue value = machine.run();
    position_ += machine.consumed();
    use(machine, value);
  }

  void check_preamble() {
    next([&](PickleMachine&, const PickleValue& value) {
      if (value.kind != PickleKind::big_integer || value.text != kTorchMagic)
        throw Error(ErrorKind::bad_model,
                    {"a pickle, but not a PyTorch file: it does not begin with torch's magic number", source_.label,
                     "save the state dict with torch.save"});
    });
    next([&](PickleMachine&, const PickleValue& value) {
      if (value.kind != PickleKind::integer || value.number != kProtocol)
        source_.fail("unknown version of the PyTorch format");
    });
    next([&](PickleMachine& machine, const PickleValue& value) {
      const nlohmann::json system = pickle_to_json(machine, value);
      if (!system.is_object() || !system.value("little_endian", nlohmann::json()).is_boolean())
        source_.fail("the description of the system that wrote the file is damaged");
      if (!system["little_endian"].get<bool>())
        throw Error(ErrorKind::unsupported, {"the file was written on a big-endian machine", source_.label, {}});
    });
  }

  std::vector<std::string> storage_keys(const PickleMachine& machine, const PickleValue& value) const {
    if (value.kind != PickleKind::list) source_.fail("the list of storages is damaged");
    std::vector<std::string> keys;
    for (const PickleValue& key : machine.items(value)) {
      if (key.kind != PickleKind::text) source_.fail("the list of storages is damaged");
      keys.emplace_back(key.text);
    }
    return keys;
  }

  StorageBytes storage_bytes(const std::string& key, DType dtype) {
    const auto left = source_.bytes.subspan(position_);
    if (left.size() < sizeof(std::uint64_t)) source_.fail(fmt::format("the file ends before storage {}", key));
    const auto count = read_little<std::uint64_t>(left, 0);
    const auto available = left.size() - sizeof(std::uint64_t);
    if (count > available / size_of(dtype))
      source_.fail(fmt::format("storage {} claims {} elements of {}, but {} bytes are left in the file", key, count,
                               name(dtype), available));
    const auto bytes = left.subspan(sizeof(std::uint64_t), static_cast<std::size_t>(count) * size_of(dtype));
    position_ += sizeof(std::uint64_t) + bytes.size();
    return aligned_storage(source_, bytes, dtype);
  }

  const TorchSource& source_;
  TorchHost host_;
  std::size_t position_ = 0;
};

}  // namespace

TorchFile parse_torch(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label,
                      Checksums checksums) {
  const TorchSource source{bytes, std::move(owner), label};
  if (bytes.size() >= 4 && read_little<std::uint32_t>(bytes, 0) == 0x04034b50) return parse_zip(source, checksums);
  if (!bytes.empty() && bytes[0] == std::byte{0x80}) return LegacyReader(source).read();
  throw Error(ErrorKind::bad_model,
              {"not a PyTorch file: neither a zip archive nor a pickle", label, foreign_hint(bytes)});
}

TorchFile read_torch(const std::filesystem::path& path, Checksums checksums) {
  auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  return parse_torch(bytes, std::move(file), path.string(), checksums);
}

}  // namespace groel::io
