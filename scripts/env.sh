# Sourced by the other scripts: where things are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export HANZHI_CACHE="${HANZHI_CACHE:-${HOME:-/root}/.cache/hanzhi}"
tools="$HANZHI_CACHE/bin"
mkdir -p "$tools"

# What we build ourselves, and the one version of each that is tried.
versitygw=github.com/versity/versitygw/cmd/versitygw@v1.8.0
minio=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
	printf '\nhanzhi: %s\n' "$*" >&2
	exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# quietly LOG COMMAND… shows what the command said only when it fails.
quietly() {
	local log="$1"
	shift
	"$@" >"$log" 2>&1 && return
	cat "$log" >&2
	return 1
}

# go_tool MODULE@VERSION builds a program into the cache, once per version.
go_tool() {
	local name version stamp scratch
	name="$(basename "${1%@*}")" version="${1#*@}"
	stamp="$tools/.$name-$version"
	[ -x "$tools/$name" ] && [ -e "$stamp" ] && return
	has go || fail "Go is not installed: https://go.dev/dl/"
	if [ -x "$tools/$name" ] && go version -m "$tools/$name" 2>/dev/null | grep -qF "$version"; then
		touch "$stamp"
		return
	fi
	scratch="$(mktemp -d "$tools/.build-XXXXXX")"
	if ! (cd "$scratch" && GOFLAGS='' GOBIN="$scratch" quietly "$scratch/log" nice go install -trimpath -ldflags='-s -w' "$1"); then
		rm -rf "$scratch"
		fail "could not build $name; see above"
	fi
	mv -f "$scratch/$name" "$tools/$name"
	touch "$stamp"
	rm -rf "$scratch"
}
