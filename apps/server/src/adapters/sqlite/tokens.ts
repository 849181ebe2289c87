/** The claims that this thread's callers hold: the number of each in the other thread, by token and message. */
export class Tokens {
  /** One token may stand for several messages that were accepted together; nearly always it stands for one. */
  readonly #byToken = new Map<string, Held | Map<string, Held>>();
  readonly #byHold = new Map<number, Held>();

  add(token: string, messageId: string, hold: number): void {
    const held = { token, messageId, hold };
    this.#byHold.set(hold, held);
    const others = this.#byToken.get(token);
    if (others === undefined) this.#byToken.set(token, held);
    else if (others instanceof Map) others.set(messageId, held);
    else this.#byToken.set(token, new Map([others, held].map((each) => [each.messageId, each])));
  }

  find(token: string, messageId: string): number | undefined {
    const found = this.#byToken.get(token);
    if (found instanceof Map) return found.get(messageId)?.hold;
    return found?.messageId === messageId ? found.hold : undefined;
  }

  /** Whether any claim is under this token. */
  has(token: string): boolean {
    return this.#byToken.has(token);
  }

  /** The numbers of all claims under these tokens. */
  all(tokens: readonly string[]): number[] {
    return tokens.flatMap((token) => {
      const found = this.#byToken.get(token);
      if (found === undefined) return [];
      return found instanceof Map ? [...found.values()].map(({ hold }) => hold) : found.hold;
    });
  }

  /** The claim is over; gives the message that it was on. */
  end(hold: number): string | undefined {
    const held = this.#byHold.get(hold);
    if (held === undefined) return undefined;
    const { token, messageId } = held;
    this.#byHold.delete(hold);
    const found = this.#byToken.get(token);
    if (found === held) this.#byToken.delete(token);
    else if (found instanceof Map && found.get(messageId) === held) {
      found.delete(messageId);
      if (found.size === 0) this.#byToken.delete(token);
    }
    return messageId;
  }
}

interface Held {
  readonly token: string;
  readonly messageId: string;
  readonly hold: number;
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
