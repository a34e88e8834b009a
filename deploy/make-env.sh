#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes .env, which docker-compose.yml reads, from .env.example: every empty value becomes a random one.
#
#   deploy/make-env.sh [FILE]      FILE is .env beside .env.example when it is not named
set -eu
example=$(dirname "$0")/../.env.example
target=${1:-$(dirname "$0")/../.env}
if [ -e "$target" ]; then
  echo "make-env: $target is there already, and servers may have been set up with its passwords: it stays." >&2
  exit 1
fi

random() { head -c "$1" /dev/urandom | base64 -w 0 | tr '+/' '-_' | tr -d '='; }

umask 077
part=$(mktemp "$target.XXXXXX")
trap 'rm -f "$part"' EXIT
while IFS= read -r line; do
  case $line in
    KAFKA_CLUSTER_ID=) line="${line}k$(random 16 | cut -c 2-)" ;; # 16 bytes; a leading dash would be read as an option
    [A-Z]*=) line=$line$(random 33) ;;
  esac
  printf '%s\n' "$line"
done <"$example" >"$part"
mv "$part" "$target"
echo "make-env: made $target; only you can read it. Keep it: with it go the passwords of what is stored."
