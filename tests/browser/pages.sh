#!/usr/bin/env bash
# Pages that the program writes, opened in Chromium without a network: they draw, use the window, answer the search box,
# the pointer and the buttons, and report no error. pages.sh PROGRAM FOLDER; screenshots are left in the folder, to be
# looked at.
set -euo pipefail
program=$1
folder=$2
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$folder"
cd "$root"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# browse PAGE -> the page as it is when its scripts have run; errors of scripts in FOLDER/errors.
browse() {
  chromium --headless --no-sandbox --disable-gpu --proxy-server=127.0.0.1:9 --enable-logging=stderr --v=0 \
    --virtual-time-budget=5000 --window-size="${window:-1200,900}" "$@" 2>"$folder/errors"
}

expect_page() {  # expect_page NAME TAG: drawn as svg or canvas
  local page=$folder/$1.html
  browse --dump-dom "file://$page" | sed 's/<script.*//' >"$folder/dom"
  grep -q "<$2 " "$folder/dom" || fail "$1 draws no $2"
  ! grep 'CONSOLE' "$folder/errors" | grep -i 'error' || fail "$1 reports an error"
  browse --screenshot="$folder/$1.png" "file://$page" >/dev/null
  (($(stat -c %s "$folder/$1.png") > 10000)) || fail "$1 looks empty"
}

# drive NAME SCRIPT -> what the script, run in a copy of the page, gives to say().
drive() {
  {
    cat "$folder/$1.html"
    cat <<'END'
<pre id="said"></pre><script>
var chart = echarts.getInstanceByDom(document.getElementById('chart'));
function byId(id) { return document.getElementById(id); }
function say(text) { byId('said').textContent += '[' + text + ']'; }
function find(text) { byId('search').value = text; byId('search').dispatchEvent(new Event('input')); return byId('found').textContent; }
END
    printf '%s\n</script>' "$2"
  } >"$folder/$1-driven.html"
  browse --dump-dom "file://$folder/$1-driven.html" | grep -o '<pre id="said">[^<]*' | sed 's/<pre id="said">//'
}

expect_said() {  # expect_said NAME SCRIPT TEXT
  local said
  said=$(drive "$1" "$2")
  [[ $said == "$3" ]] || fail "$1: '$2' says '$said', not '$3'"
}

"$program" embed examples/proteins.fasta -o "$folder/e.h5" --overwrite
"$program" project "$folder/e.h5" --perplexity 3 -o "$folder/map.csv" --picture "$folder/map.html" --overwrite
"$program" fill-mask examples/proteins.fasta --record P01542 --all --picture "$folder/crambin.html" --overwrite >/dev/null
"$program" fill-mask examples/proteins.fasta --record P01308 --position 30 --picture "$folder/insulin.html" --overwrite
"$program" contacts --structure examples/1UBQ.pdb --picture "$folder/contacts.html" --overwrite >/dev/null
expect_page map svg
expect_page crambin canvas
expect_page insulin svg
expect_page contacts canvas

fills='say(byId("chart").clientWidth === innerWidth); say(document.documentElement.scrollWidth <= innerWidth)'
for window in 1600,900 800,700; do expect_said map "$fills" '[true][true]'; done
unset window
expect_said map 'say(find("p01308")); say(find("nothing like it")); say(find(""))' '[1 match][0 matches][]'
expect_said contacts 'say(find("48")); say(find("K48")); say(find("4"))' '[1 match][1 match][1 match]'
zoomed='chart.dispatchAction({type: "dataZoom", dataZoomIndex: 0, start: 20, end: 45}); say(byId("zoom").textContent);
  say(byId("reset").disabled); byId("reset").click(); say(byId("reset").disabled); say(byId("zoom").textContent)'
expect_said crambin "$zoomed" '[zoom 4×, R10 to T21][false][true][wheel to zoom, drag to move]'
expect_said contacts 'say(cellText(3, 64).split("\n").join(" / ")); say(cellText(64, 3).split("\n")[3].slice(0, 15))' \
  '[residue: S65 / residue: F4 / contact in the structure: 1][hit: in contact]'
expect_said insulin 'say(pictureSvg().slice(0, 5)); say(picturePng().slice(0, 22)); say(picturePng().length > 20000)' \
  '[&lt;svg ][data:image/png;base64,][true]'

odd='x<img src=y onerror=say(1)></script><script>say(2)</script>"'\''&amp;'
printf '>%s\nMKVLAAGIVGKKMKVLAAG\n' "$odd" >"$folder/odd.fasta"
"$program" fill-mask "$folder/odd.fasta" --position 3 --picture "$folder/odd.html" --overwrite >/dev/null
expect_said odd 'say(document.images.length); say(find("<b>"))' '[0][0 matches]'
echo "pages drawn and driven; look at $folder/*.png"
