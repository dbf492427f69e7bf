// Reads files whole, out of compression and zip archives.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/words.h"
#include "io/compressed.h"
#include "io/text_encoding.h"
#include "tasks/data/raw_table.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMost = std::size_t{8} << 30;  // of a file in memory

std::string read_all(io::ByteReader& bytes, const std::string& label) {
  std::string out;
  std::vector<char> buffer(std::size_t{1} << 20);
  while (const std::size_t got = bytes.read(buffer)) {
    if (out.size() + got > kMost) throw Error(ErrorKind::bad_input, {"the file is larger than 8 GB", label, {}});
    out.append(buffer.data(), got);
  }
  return out;
}

// Little-endian, of two or four bytes.
std::uint64_t number_at(std::string_view zip, std::size_t at, std::size_t bytes, const std::string& label) {
  if (at + bytes > zip.size()) throw Error(ErrorKind::bad_input, {"the zip archive is cut short", label, {}});
  std::uint64_t out = 0;
  for (std::size_t i = bytes; i-- > 0;) out = out << 8 | static_cast<unsigned char>(zip[at + i]);
  return out;
}

struct Member {
  std::string name;
  std::uint64_t method = 0, packed = 0, size = 0, header = 0;
};

std::vector<Member> members_of(std::string_view zip, const std::string& label) {
  const std::size_t end = zip.rfind("PK\5\6");
  if (end == std::string_view::npos) throw Error(ErrorKind::bad_input, {"the zip archive is cut short", label, {}});
  const auto number = [&](std::size_t at, std::size_t bytes) { return number_at(zip, at, bytes, label); };
  std::vector<Member> out;
  std::size_t at = number(end + 16, 4);
  for (std::uint64_t left = number(end + 10, 2); left > 0; --left) {
    if (zip.substr(std::min(at, zip.size()), 4) != "PK\1\2")
      throw Error(ErrorKind::bad_input, {"the directory of the zip archive is damaged", label, {}});
    const std::uint64_t name = number(at + 28, 2);
    number(at + 46 + name, 0);
    out.push_back({std::string(zip.substr(at + 46, name)), number(at + 10, 2), number(at + 20, 4), number(at + 24, 4),
                   number(at + 42, 4)});
    at += 46 + name + number(at + 30, 2) + number(at + 32, 2);
    if (out.back().name.ends_with('/')) out.pop_back();
  }
  return out;
}

std::string inflated(std::string_view packed, const Member& member, const std::string& label) {
  if (member.size > kMost) throw Error(ErrorKind::bad_input, {"the file is larger than 8 GB", label, {}});
  std::string out;
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error(ErrorKind::memory, "zlib does not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 1 << 16> buffer;
  int state = Z_OK;
  while (state == Z_OK && out.size() <= member.size) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END || out.size() != member.size)
    throw Error(ErrorKind::bad_input, {"the compressed data are damaged or cut short", label, {}});
  return out;
}

std::string read_member(std::string_view zip, const std::string& wanted, const std::string& label) {
  const std::vector<Member> members = members_of(zip, label);
  const auto own =
      members.size() == 1 && wanted.empty()
          ? members.begin()
          : std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == wanted; });
  if (own == members.end())
    throw Error(
        ErrorKind::bad_input,
        {wanted.empty() ? fmt::format("the archive holds {}", counted(members.size(), "file"))
                        : fmt::format("the archive holds no file '{}'", wanted),
         label,
         fmt::format("name one: {}", listed_as(members, [&](const Member& m) { return label + "/" + m.name; }))});
  const std::size_t data =
      own->header + 30 + number_at(zip, own->header + 26, 2, label) + number_at(zip, own->header + 28, 2, label);
  number_at(zip, data + own->packed, 0, label);
  const std::string_view packed = zip.substr(data, own->packed);
  if (own->method == 0) return std::string(packed);
  if (own->method == 8) return inflated(packed, *own, label);
  throw Error(ErrorKind::unsupported,
              {fmt::format("the archive compresses by method {}", own->method), label, "unpack it"});
}

// "splits.zip/splits/sampled.csv": the archive, and the name in it.
std::pair<std::string, std::string> archive_of(const std::string& path) {
  const std::size_t at = path.find(".zip/");
  if (at == std::string::npos || fs::exists(path)) return {path, {}};
  return {path.substr(0, at + 4), path.substr(at + 5)};
}

}  // namespace

std::string read_bytes_of(const std::string& path) {
  const auto [file, member] = archive_of(path);
  std::string bytes = read_all(*io::decompress(io::open_bytes(file), file), file);
  if (bytes.starts_with("PK\3\4")) bytes = read_member(bytes, member, file);
  if (!bytes.starts_with("\xFF\xFE") && !bytes.starts_with("\xFE\xFF")) return bytes;
  return read_all(*io::as_utf8(io::memory_bytes(bytes)), file);
}

}  // namespace groel::tasks
