#!/bin/sh
# Makes the certificates of the tests: a root, two for mx.example.org (and this machine; the first shows its whole chain), one that nobody vouches for.
set -e
cd "$(dirname "$0")"
days=36500
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key.pem"; }
key root
openssl req -x509 -new -key root.key.pem -subj '/CN=dsnkit test root' -days $days -out root.pem \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign'
leaf() {
  key "$1"
  openssl req -new -key "$1.key.pem" -subj '/CN=mx.example.org' |
    openssl x509 -req -CA root.pem -CAkey root.key.pem -days $days -out "$1.pem" -extfile extensions.cnf
}
printf 'subjectAltName=DNS:mx.example.org,DNS:localhost,IP:127.0.0.1\n' >extensions.cnf
leaf first
cat root.pem >>first.pem
leaf second
key unknown
openssl req -x509 -new -key unknown.key.pem -subj '/CN=mx.example.org' -days $days -out unknown.pem \
  -addext 'subjectAltName=DNS:mx.example.org'
rm -f extensions.cnf root.key.pem root.srl
