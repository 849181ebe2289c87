import type { InputMessage } from '../input/messages.ts';
import { jsonText } from '../terminal/json.ts';
import { palette, type Palette } from '../terminal/palette.ts';
import { reportsIn } from './attached.ts';
import { csvOf, explainedCsvOf } from './csv.ts';
import { paragraphs } from './describe.ts';
import { filtered, type Filter } from './filter.ts';
import { Output } from './output.ts';
import { count, noCounts, type Counts } from './statistics.ts';
import { plainSummary, type Summary } from './summary.ts';
import { wrapped } from '../terminal/width.ts';
import { tableOf } from './table.ts';

/** How messages are told. Plain data, since other threads need it. */
export interface View {
  /** `none`: they are counted only. */
  readonly format: 'text' | 'table' | 'json' | 'csv' | 'explained-csv' | 'none';
  readonly filter: Filter;
  /** What to do about each failure. */
  readonly explain: boolean;
  readonly colors: boolean;
  readonly columns: number;
  /** A person reads it: long lines are broken between words. */
  readonly shown: boolean;
}

/** What became of some messages. */
export interface BatchResult {
  /** What is to be written, in UTF-8. */
  readonly output: Uint8Array<ArrayBuffer>;
  /** Those that were read, shown or not. */
  readonly messages: number;
  readonly octets: number;
  readonly counts?: Counts;
}

/** Reads messages and tells them. */
export class Teller {
  readonly #view: View;
  readonly #paint: Palette;
  readonly #counts: Counts | undefined;
  readonly #output = new Output();
  #messages = 0;
  #octets = 0;

  constructor(view: View) {
    this.#view = view;
    this.#paint = palette(view.colors);
    this.#counts = view.format === 'none' ? noCounts() : undefined;
  }

  tell(messages: readonly InputMessage[]): this {
    for (const message of messages) {
      this.#messages++;
      this.#octets += message.octets.length;
      for (const told of reportsIn(fromHeader(message))) {
        const summary = filtered(told, this.#view.filter);
        if (summary === undefined) continue;
        if (this.#counts !== undefined) count(this.#counts, summary);
        else for (const text of textsOf(summary, this.#view, this.#paint)) this.#output.add(text);
      }
    }
    return this;
  }

  /** What became of all of them. */
  result(): BatchResult {
    const counts = this.#counts;
    return { output: this.#output.end(), messages: this.#messages, octets: this.#octets, ...(counts && { counts }) };
  }
}

/** QUIRK: empty lines before the header, as exports and copies from terminals have them, would make all of it body. */
function fromHeader(message: InputMessage): InputMessage {
  const { octets } = message;
  let at = 0;
  while (octets[at] === 10 || octets[at] === 13) at++;
  return at === 0 ? message : { ...message, octets: octets.subarray(at) };
}

/** In pieces: a report of very many recipients is not copied as a whole once more. */
function* textsOf(
  summary: Summary,
  { format, columns, explain, shown }: View,
  paint: Palette,
): Generator<string, void, void> {
  switch (format) {
    case 'json':
      yield `${jsonText(plainSummary(summary))}\n`;
      return;
    case 'csv':
      yield* csvOf(summary, shown);
      return;
    case 'explained-csv':
      yield* explainedCsvOf(summary, shown);
      return;
    case 'table':
      yield tableOf(summary, columns, paint);
      return;
    case 'text':
      // The first of all loses the empty line again.
      for (const text of paragraphs(summary, paint, explain)) yield `\n${wrapped(text, shown ? columns : Infinity)}\n`;
      return;
    case 'none':
      return;
  }
}
