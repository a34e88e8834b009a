#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what Ream needs on Debian 12 or Ubuntu 24.04, and nothing that is there already.
#
#   scripts/bootstrap.sh python   the Python packages, into .venv of this checkout
#   scripts/bootstrap.sh all      also the programs that read documents, and Maven, which fetches the servers
#   scripts/bootstrap.sh lock     checks that uv.lock fits the pyproject.toml files
#
# What can be fetched again lies in REAM_CACHE. pip's own configuration (index, certificates, proxies) holds for all of it.
set -euo pipefail

readonly PROGRAMS=(
  maven                                                   # fetches Kafka and OpenSearch
  libreoffice-writer-nogui python3-uno                    # legacy Word documents, and pages of texts
  libreoffice-calc-nogui libreoffice-impress-nogui        # pages of workbooks and presentations
  fonts-dejavu-core fonts-liberation                      # without fonts, LibreOffice lays pages out wrongly
  ffmpeg                                                  # sound and film
  antiword                                                # the same, where LibreOffice fails
  tesseract-ocr tesseract-ocr-eng tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-spa tesseract-ocr-osd
  libarchive-tools                                        # its library reads 7Z and RAR
  poppler-utils qpdf file unzip zip                       # second opinions in tests
  kcat                                                    # what the README submits with
)
readonly NEEDED_MB_PYTHON=1500 NEEDED_MB_ALL=4000

die() { echo "bootstrap: $*" >&2; exit 1; }
say() { echo "bootstrap: $*" >&2; }

group=${1:-}
case $group in python | all | lock) ;; *) sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;; esac
cd "$(dirname "$0")/.."

if [ -n "${REAM_CACHE:-}" ]; then cache=$REAM_CACHE
elif [ -n "${XDG_CACHE_HOME:-}" ]; then cache=$XDG_CACHE_HOME/ream
elif [ "$(id -u)" = 0 ]; then cache=/var/cache/ream # root's home is closed to the user that its servers run as
else cache=$HOME/.cache/ream; fi

command -v python3 >/dev/null || die "Python is missing. Run: apt-get install python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  die "$(python3 --version) is too old: Ream needs 3.11 or newer (Debian 12 and Ubuntu 24.04 have it)."

stamp() { # what the environment was made from; another path or Python means another environment
  { pwd; python3 -VV; cat uv.lock pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml cli/pyproject.toml; } |
    sha256sum | cut -d' ' -f1
}

require_disk() { # MB needed, folder that may not exist yet, what else helps
  local folder=$2 free
  while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df -Pm "$folder" | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$1" ] ||
    die "About $1 MB of disk are needed, but $folder has $free MB left. Make room, or $3."
}

missing_packages() { # those of the arguments that dpkg does not have
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" = 'ii ' ] || echo "$package"
  done
}

install_packages() {
  [ $# -gt 0 ] || return 0
  local command="apt-get install --no-install-recommends $*"
  [ "$(id -u)" = 0 ] || die "Packages are missing. Run this as root (sudo), then try again: $command"
  require_disk "$NEEDED_MB_ALL" /usr "give it another disk: the packages of Debian go there"
  say "installing $*"
  local log=$cache/apt.log
  local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
  mkdir -p "$cache"
  if ! { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "$@"; } \
    </dev/null >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "apt-get failed; all it said is in $log. Put right what it names (often network or sources.list), then try again."
  fi
}

uv_program() { # prints its path; installs the pinned version where the cache has none
  local home
  home=$cache/uv-$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' scripts/uv-requirements.txt)
  if [ ! -x "$home/bin/uv" ]; then
    say "installing uv in $home"
    rm -rf "$home"
    mkdir -p "$cache"
    python3 -m venv "$home.part.$$"
    "$home.part.$$/bin/python" -m pip install -q --disable-pip-version-check --require-hashes \
      -r scripts/uv-requirements.txt >&2 || {
      rm -rf "$home.part.$$"
      die "pip could not fetch uv. Check the network, or the index that pip is configured for (pip config list)."
    }
    mv -T "$home.part.$$" "$home" 2>/dev/null || rm -rf "$home.part.$$" # another checkout was quicker
  fi
  echo "$home/bin/uv"
}

pip_setting() { # the value that pip is configured with, by environment or file
  local variable=PIP_${1^^}
  variable=${variable//-/_}
  if [ -n "${!variable:-}" ]; then echo "${!variable}"; return; fi
  "$(dirname "$uv")/python" -m pip config list 2>/dev/null | sed -n "s/^[^:=]*\.$1='\(.*\)'$/\1/p" | tail -n 1
}

sync_from_lock() {
  "$uv" sync -q --frozen --all-packages --all-groups --python "$python"
}

sync_from_index() { # the lock names files of PyPI itself; the same files, by their hashes, from another index
  local list=$cache/requirements.$$.txt member members=()
  for member in libs/* services/* cli; do members+=(-e "$member"); done
  export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$1}
  "$uv" venv -q --allow-existing --python "$python" .venv &&
    "$uv" export -q --frozen --all-packages --all-groups --no-emit-workspace -o "$list" >/dev/null &&
    "$uv" pip install -q --python .venv --require-hashes -r "$list" &&
    "$uv" pip install -q --python .venv --no-deps "${members[@]}" &&
    rm "$list"
}

find_uv() { # sets uv and python, and hands pip's configuration on: uv does not read it
  local certificate
  uv=$(uv_program)
  python=$(command -v python3)
  certificate=$(pip_setting cert)
  if [ -n "$certificate" ]; then export SSL_CERT_FILE=${SSL_CERT_FILE:-$certificate}; fi
  export UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180}
  unset VIRTUAL_ENV
}

sync_environment() {
  local index
  find_uv
  index=$(pip_setting index-url)
  say "installing the Python packages in .venv"
  if [ -n "$index" ]; then sync_from_index "$index"; else sync_from_lock; fi ||
    die "uv could not install the Python packages. Check network and disk, then try again; what has come is kept."
}

wanted=()
python3 -c 'import ensurepip, venv' 2>/dev/null || wanted+=(python3-venv)
if [ "$group" = all ]; then wanted+=("${PROGRAMS[@]}"); fi
if command -v dpkg-query >/dev/null; then
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  install_packages "${missing[@]}"
else
  say "this is neither Debian nor Ubuntu: please see to it yourself that these are installed: ${wanted[*]}"
fi

(umask 022 && mkdir -p "$cache") # the user that root's servers run as must be able to enter it
exec 9>"$cache/bootstrap.lock"
flock 9

if [ "$group" = lock ]; then
  find_uv
  exec "$uv" lock -q --check
fi

now=$(stamp)
if [ "$(cat .venv/.ream-stamp 2>/dev/null)" != "$now" ]; then
  require_disk "$NEEDED_MB_PYTHON" "$PWD" "clone the repository to another disk"
  require_disk "$NEEDED_MB_PYTHON" "$cache" "set REAM_CACHE to a folder on another disk"
  sync_environment
  echo "$now" >.venv/.ream-stamp
fi
