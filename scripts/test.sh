#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every test. Those with servers mostly wait, so those of the command and of single parts run beside all others,
# on servers of their own: first beside those without servers, then beside those of whole installations. Chaos has few
# minutes, and comes last, when hardly anything else runs.
# The last three lines are pytest's closing lines of the three; the exit code is 0 only when all of them passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

pytest=(.venv/bin/python -m pytest --durations 15 --durations-min 5)
said=$(mktemp -d)
failed=0
trap 'kill "${parts:-}" 2>/dev/null; rm -rf "$said"' EXIT
trap 'exit 130' INT TERM

export REQUIRE_SERVERS=1
"${pytest[@]}" -m servers cli libs services samples benchmarks >"$said/parts" 2>&1 &
parts=$!
"${pytest[@]}" -n auto --dist worksteal -m "not servers" 2>&1 | tee "$said/without" || failed=1
"${pytest[@]}" -m servers tests/contract tests/e2e tests/hostile tests/integration tests/receipt tests/chaos 2>&1 |
  tee "$said/whole" || failed=1
wait "$parts" || failed=1
unset parts
cat "$said/parts"

for group in without whole parts; do
  closing=$(grep -E '^=+ .* in [0-9.]+s' "$said/$group" | tail -n 1)
  echo "${closing:-pytest did not come to its closing line with the tests of $group}"
done
exit "$failed"
