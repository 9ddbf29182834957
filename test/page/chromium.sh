#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests of the page. As root, and in
# CI, Debian's is installed; elsewhere this says how to get it.
set -euo pipefail
chromium=${CHROMIUM:-chromium}
if command -v "$chromium" >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || [ "${CI:-}" = true ]; }; then
  sudo=()
  if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
  "${sudo[@]}" apt-get update
  # the fonts are small; without the second, Chinese messages are empty boxes
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core fonts-wqy-microhei
  exit 0
fi
cat >&2 <<END
test/page: THERE IS NO CHROMIUM ($chromium). The page is tested in a real one only.
test/page: hint: install it (Debian: apt-get install chromium), or name one: make page CHROMIUM=/path/to/chrome
END
if [ "${CI:-}" = true ]; then exit 1; fi
