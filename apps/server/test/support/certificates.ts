import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TlsIdentity } from '../../src/ports.ts';

/** A file that tls/make.sh made. */
export function tlsFile(name: string): string {
  return fileURLToPath(new URL(`tls/${name}`, import.meta.url));
}

/** `first` and `second` are for mx.example.org, localhost and 127.0.0.1, signed by the test root; `unknown` by itself. */
export function identityOf(name: 'first' | 'second' | 'unknown'): TlsIdentity {
  return {
    certificateFile: tlsFile(`${name}.pem`),
    keyFile: tlsFile(`${name}.key.pem`),
    minimumVersion: 'TLSv1.2',
  };
}

/** PEM of the test root. */
export const testRoot: string = readFileSync(tlsFile('root.pem'), 'utf8');
