import { concat, encodeUtf8 } from './text.ts';

/** What is to be written: text is put together and encoded once, octets are passed on as they are. */
export class Output {
  #text = '';
  #chunks: Uint8Array[] = [];

  text(text: string): void {
    this.#text += text;
  }

  octets(octets: Uint8Array): void {
    this.#flush();
    this.#chunks.push(octets);
  }

  take(): Uint8Array | undefined {
    this.#flush();
    const chunks = this.#chunks;
    if (chunks.length === 0) return undefined;
    this.#chunks = [];
    return chunks.length === 1 ? chunks[0] : concat(chunks);
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#chunks.push(encodeUtf8(this.#text));
    this.#text = '';
  }
}
