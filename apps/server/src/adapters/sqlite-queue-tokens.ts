/** The claims that this thread's callers hold: the number of each in the other thread, by token and message. */
export class Tokens {
  /** One token may stand for several messages that were accepted together. */
  readonly #byToken = new Map<string, Map<string, number>>();
  readonly #byHold = new Map<number, { readonly token: string; readonly messageId: string }>();

  add(token: string, messageId: string, hold: number): void {
    this.#byHold.set(hold, { token, messageId });
    const ofToken = this.#byToken.get(token);
    if (ofToken === undefined) this.#byToken.set(token, new Map([[messageId, hold]]));
    else ofToken.set(messageId, hold);
  }

  find(token: string, messageId: string): number | undefined {
    return this.#byToken.get(token)?.get(messageId);
  }

  /** Whether any claim is under this token. */
  has(token: string): boolean {
    return this.#byToken.has(token);
  }

  /** The numbers of all claims under these tokens. */
  all(tokens: readonly string[]): number[] {
    return tokens.flatMap((token) => [...(this.#byToken.get(token)?.values() ?? [])]);
  }

  /** The claim is over; gives the message that it was on. */
  end(hold: number): string | undefined {
    const held = this.#byHold.get(hold);
    if (held === undefined) return undefined;
    this.#byHold.delete(hold);
    const ofToken = this.#byToken.get(held.token);
    ofToken?.delete(held.messageId);
    if (ofToken?.size === 0) this.#byToken.delete(held.token);
    return held.messageId;
  }
}

/** Content that came along with claims: it will be asked for. */
export class Remembered {
  readonly #maxOctets: number;
  readonly #contents = new Map<string, { readonly octets: Uint8Array; claims: number }>();
  #octets = 0;

  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  get(messageId: string): Uint8Array | undefined {
    return this.#contents.get(messageId)?.octets;
  }

  /** Keeps the content, if there is room, until as many claims are over as it was added for. */
  add(messageId: string, octets: Uint8Array): void {
    const known = this.#contents.get(messageId);
    if (known !== undefined) known.claims += 1;
    else if (this.#octets + octets.length <= this.#maxOctets) {
      this.#contents.set(messageId, { octets, claims: 1 });
      this.#octets += octets.length;
    }
  }

  /** A claim on the message is over. */
  forget(messageId: string): void {
    const known = this.#contents.get(messageId);
    if (known === undefined) return;
    known.claims -= 1;
    if (known.claims > 0) return;
    this.#contents.delete(messageId);
    this.#octets -= known.octets.length;
  }
}
