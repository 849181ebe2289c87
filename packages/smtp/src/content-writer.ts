import { CR, DOT, LF, withoutNul } from './text.ts';

const CRLF = Uint8Array.of(CR, LF);
const STUFFING = Uint8Array.of(DOT);
const END = Uint8Array.of(DOT, CR, LF);

/**
 * Content on its way to DATA: dots stuffed, the rest passed on as views of what was given. RFC 5321 §4.5.2.
 *
 * A CR or LF that stands alone becomes CRLF, so that no receiver can see another end of data than ours; content that
 * came in through a {@link ServerSession} has none. For the same reason NUL becomes a space: some receivers drop it, and
 * would find the lone dot of a line of their own making.
 */
export class ContentWriter {
  #lineStart = true;
  #heldCr = false;
  #cr = -1;
  #lf = -1;

  /** Hands the wire form to `emit`, in slices. */
  write(content: Uint8Array, emit: (slice: Uint8Array) => void): void {
    if (content.length === 0) return;
    const octets = content.includes(0) ? withoutNul(content) : content;
    let from = 0;
    if (this.#heldCr) {
      emit(CRLF);
      this.#heldCr = false;
      this.#lineStart = true;
      if (octets[0] === LF) from = 1;
    }
    this.#cr = this.#lf = -1;
    while (from < octets.length) {
      if (this.#lineStart && octets[from] === DOT) emit(STUFFING);
      from = this.#lines(octets, from, emit);
    }
  }

  /** The end of data, after the CRLF that the last line may lack. */
  end(emit: (slice: Uint8Array) => void): void {
    if (this.#heldCr || !this.#lineStart) emit(CRLF);
    emit(END);
  }

  /** Whole lines up to one that begins with a dot, a bare CR or LF, or the end. Returns where to go on. */
  #lines(octets: Uint8Array, from: number, emit: (slice: Uint8Array) => void): number {
    const end = octets.length;
    for (let at = from; ;) {
      const cr = (this.#cr = this.#cr < at ? orEnd(octets.indexOf(CR, at), end) : this.#cr);
      const lf = (this.#lf = this.#lf < at ? orEnd(octets.indexOf(LF, at), end) : this.#lf);
      const stop = Math.min(cr, lf);
      if (stop === end) {
        this.#lineStart = false;
        emit(octets.subarray(from));
        return end;
      }
      this.#lineStart = true;
      if (lf === cr + 1 && lf < end) {
        at = lf + 1;
        if (at < end && octets[at] !== DOT) continue;
        emit(octets.subarray(from, at));
        return at;
      }
      if (stop > from) emit(octets.subarray(from, stop));
      if (stop === cr && cr === end - 1) this.#heldCr = true;
      else emit(CRLF);
      return stop + 1;
    }
  }
}

function orEnd(index: number, end: number): number {
  return index < 0 ? end : index;
}
