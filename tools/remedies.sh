# shellcheck shell=bash
# What to do about a step that failed, read from its log. Sourced by tools/lib.sh.

# One per line: what the log says (an extended regular expression), and the remedy. The first that is found counts.
kRemedies=$(
  cat <<'TABLE'
No space left on device|don't have enough free space|Disk quota exceeded	the disk is full: a first start needs about 1.5 GB; free some and run the same line again
dpkg was interrupted	an installation was broken off before; as root, run: dpkg --configure -a; then run the same line again
Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock	another program is installing packages; wait until it has finished, then run the same line again
not in the sudoers file|a password is required|a terminal is required to read the password|incorrect password attempt|no new privileges	this user may not install packages; ask someone who may to run the line above
are you root\?|Permission denied|Operation not permitted|Read-only file system	no right to write there: take back what another user has left (as root: chown -R YOU build), then run the same line again
Temporary failure resolving|Could not resolve|Could not connect|Connection (refused|timed out|failed)|Network is unreachable|Unable to connect|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH	no way to the network: check the connection and the proxy (http_proxy, https_proxy), then run the same line again
is not valid yet|certificate is not yet valid|CERT_NOT_YET_VALID	this machine's clock is wrong; set it, then run the same line again
NO_PUBKEY|is not signed|certificate verif|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|unable to get local issuer	the server's certificate or signature is not trusted here: install your network's certificate (ca-certificates), then run the same line again
404 +Not Found|Hash Sum mismatch	the package lists are out of date; as root, run: apt-get update; then run the same line again
Unable to locate package|has no installation candidate	this system's packages are too old or incomplete: GroEL needs Debian 12 or Ubuntu 24.04, or newer, with their main (Ubuntu: and universe) packages
Unmet dependencies|unmet dependencies|held broken packages	this system's packages contradict each other; as root, run: apt-get -f install; then run the same line again
EINTEGRITY	what was downloaded is not what package-lock.json pins; try again, and report it if it stays so
Killed signal terminated program|internal compiler error: Killed|virtual memory exhausted|out of memory|Cannot allocate memory	memory ran out: close other programs, or run one compiler at a time: GROEL_JOBS=1, then the same line again (it goes on where it stopped)
CMake [0-9.]+ or higher is required|this compiler lacks C\+\+20|unrecognized (command[- ]line )?option .*c\+\+20|requires C\+\+20|has no member named .*std=	the compiler or CMake is too old: GroEL needs GCC 12 or Clang 14, and CMake 3.25; CXX=g++-12 names another
CMAKE_CXX_COMPILER.*(not|is not)|No CMAKE_CXX_COMPILER	no C\+\+ compiler was found; install g++, or name one: CXX=/path/to/g++
what these Debian packages hold	install the packages named above, then run the same line again
generator .* does not match|does not match the generator|is different than the directory|source directory .* does not match	this build folder is from another place; remove it (rm -r build), then run the same line again
fatal error: .*: No such file or directory	a header is missing: remove build/.packages-*, so that the packages are looked at again, and run the same line again
subcommand failed because of interrupt|interrupted by user	it was interrupted; run the same line again, it goes on where it stopped
npm is not installed	for pictures install npm, or as root: apt-get install --no-install-recommends nodejs ca-certificates; then: ./run --pictures
TABLE
)

# remedy_for LOG: one line, the last that a failure says.
remedy_for() {
  local pattern remedy
  while IFS=$'\t' read -r pattern remedy; do
    if grep -Eqs -- "$pattern" "$1"; then
      echo "$remedy"
      return
    fi
  done <<<"$kRemedies"
  echo "run the same line again; if it stays, report it with $1"
}
