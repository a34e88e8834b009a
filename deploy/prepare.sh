#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What must be there before any server starts: certificates for OpenSearch, and the bucket, which the S3 server keeps
# as a folder. Running it again changes nothing until the certificates end within 30 days; then it makes new ones.
#
#   prepare.sh CERTIFICATES OBJECTS      two folders
#
# CERTIFICATES gets three, so that a container is given no more than it needs: authority (what clients trust), node
# (that of OpenSearch), administrator (whoever shows it may do everything). The authority's key is forgotten after
# signing: nobody can sign more with it later.
set -eu
certificates=$1 objects=$2
bucket=${BUCKET:-ream}
node_user=${NODE_USER:-1000} ream_user=${REAM_USER:-10001}

openssl_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc"
days=825

signed() { # NAME EXTENSIONS: a key and a certificate of our authority for it
  # shellcheck disable=SC2086
  openssl req -new $openssl_key -subj "/O=Ream/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
  printf '%b' "$2" >"$work/$1.ext"
  openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -days $days \
    -extfile "$work/$1.ext" -out "$work/$1.pem" 2>/dev/null
}

placed() { # FOLDER/FILE USER MODE
  install -m "$3" -o "$2" "$work/$(basename "$1")" "$certificates/$1"
}

mkdir -p "$objects/$bucket"
chown "$ream_user" "$objects" "$objects/$bucket"

# node.pem comes last, so that its presence says that all are there.
if openssl x509 -checkend $((30 * 86400)) -noout -in "$certificates/node/node.pem" >/dev/null 2>&1; then
  echo "prepare: the certificates are good for more than 30 days"
  exit 0
fi
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2086
openssl req -x509 $openssl_key -days $days -subj "/O=Ream/CN=Ream authority" \
  -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
  -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
usage="basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
signed node "${usage}extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:opensearch,DNS:localhost,IP:127.0.0.1\n"
signed admin "${usage}extendedKeyUsage=clientAuth\n"
mkdir -p "$certificates/authority" "$certificates/administrator" "$certificates/node"
chmod 755 "$certificates/authority" "$certificates/administrator" "$certificates/node"
placed authority/ca.pem "$ream_user" 644
placed administrator/admin.key "$ream_user" 600
placed administrator/admin.pem "$ream_user" 644
placed node/ca.pem "$node_user" 644
placed node/node.key "$node_user" 600
placed node/node.pem "$node_user" 644
echo "prepare: made certificates for $days days"
