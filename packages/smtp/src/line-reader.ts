import type { Input } from './input.ts';
import { CR, LF } from './text.ts';

/** Why a line is not one: longer than allowed, or ended by an LF without CR. */
export type LineFault = 'too-long' | 'bare-lf';

/**
 * Lines that end in CRLF and nothing else. RFC 5321 §2.3.8.
 *
 * A faulty line is told once, at the octet that makes it faulty, and is then skipped up to its CRLF without being
 * stored: what follows a bare LF never becomes a line of its own, which is what smuggling lives on.
 */
export class LineReader {
  /** Set when {@link LineReader.next} returned a fault. */
  fault: LineFault | undefined;
  #partial = new Uint8Array(0);
  #length = 0;
  #skipping = false;
  #afterCr = false;

  /**
   * The next line without its CRLF, readable until the next call; or `undefined`, and then `fault` says whether the
   * line is faulty or more octets are needed.
   *
   * @param limit Octets a line may have, CRLF included.
   */
  next(input: Input, limit: number): Uint8Array | undefined {
    this.fault = undefined;
    while (input.more()) {
      if (this.#skipping) {
        this.#skip(input);
        continue;
      }
      const { chunk, position } = input;
      const lf = chunk.indexOf(LF, position);
      const end = lf < 0 ? chunk.length : lf + 1;
      const room = limit - this.#length;
      if (end - position > room || (lf < 0 && end - position === room)) {
        this.#refuse(input, 'too-long', Math.max(position, position + room));
        return;
      }
      if (lf < 0) {
        this.#keep(chunk.subarray(position));
        input.position = end;
        continue;
      }
      const before = lf > position ? chunk[lf - 1] : this.#partial[this.#length - 1];
      if (before !== CR) {
        this.#refuse(input, 'bare-lf', end);
        return;
      }
      input.position = end;
      if (this.#length === 0) return chunk.subarray(position, lf - 1);
      this.#keep(chunk.subarray(position, end));
      const line = this.#partial.subarray(0, this.#length - 2);
      this.#length = 0;
      return line;
    }
    return undefined;
  }

  /** Whether part of a line has been read. */
  get begun(): boolean {
    return this.#length > 0 || this.#skipping;
  }

  #refuse(input: Input, fault: LineFault, position: number): undefined {
    this.fault = fault;
    const last = position > input.position ? input.chunk[position - 1] : this.#partial[this.#length - 1];
    this.#afterCr = last === CR;
    this.#length = 0;
    this.#skipping = true;
    input.position = position;
  }

  #skip(input: Input): void {
    const { chunk, position } = input;
    const lf = chunk.indexOf(LF, position);
    if (lf < 0) {
      this.#afterCr = chunk[chunk.length - 1] === CR;
      input.position = chunk.length;
      return;
    }
    this.#skipping = lf > position ? chunk[lf - 1] !== CR : !this.#afterCr;
    this.#afterCr = false;
    input.position = lf + 1;
  }

  #keep(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#partial.length) {
      const larger = new Uint8Array(Math.max(256, length * 2));
      larger.set(this.#partial.subarray(0, this.#length));
      this.#partial = larger;
    }
    this.#partial.set(octets, this.#length);
    this.#length = length;
  }
}
