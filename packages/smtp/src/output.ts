import { encodeUtf8Into } from './text.ts';

/** Room from which short outputs are cut one after the other: memory of its own for each would cost more than its octets. */
const ROOM = 16_384;
/** What is longer gets memory of its own. */
const SHORT = 2_048;

let room = new Uint8Array(ROOM);
let used = 0;

/** What is to be written: texts and octets, put into one run when they are taken. */
export class Output {
  #parts: (string | Uint8Array)[] = [];
  #text = '';
  /** Octets that the parts take at most. */
  #most = 0;

  text(text: string): void {
    this.#text += text;
    this.#most += text.length * 3;
  }

  octets(octets: Uint8Array): void {
    this.#endText();
    this.#parts.push(octets);
    this.#most += octets.length;
  }

  take(): Uint8Array | undefined {
    this.#endText();
    const parts = this.#parts;
    const [first] = parts;
    if (first === undefined) return undefined;
    const most = this.#most;
    this.#parts = [];
    this.#most = 0;
    if (parts.length === 1 && typeof first !== 'string') return first;
    if (most > SHORT) return join(parts, new Uint8Array(most));
    if (used + most > ROOM) {
      room = new Uint8Array(ROOM);
      used = 0;
    }
    const whole = join(parts, room.subarray(used, used + most));
    used += whole.length;
    return whole;
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#parts.push(this.#text);
    this.#text = '';
  }
}

function join(parts: readonly (string | Uint8Array)[], into: Uint8Array): Uint8Array {
  let length = 0;
  for (const part of parts) {
    if (typeof part === 'string') length += encodeUtf8Into(part, into.subarray(length));
    else {
      into.set(part, length);
      length += part.length;
    }
  }
  return into.subarray(0, length);
}
