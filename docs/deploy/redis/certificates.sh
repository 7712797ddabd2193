#!/bin/sh
# Makes a certificate authority of your own, and certificates for the server and its clients.
#   ./certificates.sh DIRECTORY SERVER-NAME...
# Server names are what stands in redis URLs: host names or IP addresses. Keys are readable by you alone.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 DIRECTORY SERVER-NAME..." >&2; exit 2; }
directory=$1
shift
umask 077
mkdir -p "$directory"
cd "$directory"

names=
for name in "$@"; do
  case $name in
    *[!0-9.]*) names="$names,DNS:$name" ;;
    *) names="$names,IP:$name" ;;
  esac
done

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=chunkwise authority' -keyout ca.key -out ca.crt
}
signed() { # signed NAME USAGE EXTENSIONS
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=chunkwise $1" -keyout "$1.key" -out "$1.csr"
  printf 'extendedKeyUsage=%s\n%s' "$2" "$3" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile "$1.ext" -out "$1.crt"
  rm "$1.csr" "$1.ext"
}

[ -f ca.key ] || authority
signed server serverAuth "subjectAltName=${names#,}"
signed client clientAuth ''
