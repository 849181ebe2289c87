import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** The client's side of SCRAM-SHA-256 (RFC 5802 §3), sharing no code with the server. */
export class ScramClient {
  readonly #password: string;
  readonly #header: string;
  readonly #firstBare: string;
  #serverSignature = '';

  constructor(name: string, password: string, options: { readonly nonce?: string; readonly header?: string } = {}) {
    const escaped = name.replace(/=/g, '=3D').replace(/,/g, '=2C');
    this.#password = password;
    this.#header = options.header ?? 'n,,';
    this.#firstBare = `n=${escaped},r=${options.nonce ?? 'fyko+d2lbbFgONRv9qkxdawL'}`;
  }

  first(): string {
    return this.#header + this.#firstBare;
  }

  final(serverFirst: string, change: { readonly header?: string; readonly nonce?: string } = {}): string {
    const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
    const salted = pbkdf2Sync(this.#password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
    const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const binding = Buffer.from(change.header ?? this.#header).toString('base64');
    const withoutProof = `c=${binding},r=${change.nonce ?? nonce}`;
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, message);
    const proof = Buffer.from(clientKey.map((octet, at) => octet ^ signature[at]!));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), message).toString('base64');
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Whether the server has proved that it knows the password too. */
  accepts(serverFinal: string): boolean {
    return serverFinal === `v=${this.#serverSignature}`;
  }
}
