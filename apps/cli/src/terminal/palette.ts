import { replaceHarmful } from '@dsnkit/delivery-status';
import { PLAIN } from './width.ts';

/** Text in colours, or as it is. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
}

type Paint = (text: string) => string;

/** Colours by their SGR codes if `colors`, else none. */
export function palette(colors: boolean): Palette {
  const paint = (on: number, off: number): Paint => {
    return colors ? (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`) : (text) => text;
  };
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    cyan: paint(36, 39),
  };
}

/** What a stranger wrote, fit for a terminal: it must not obey control characters, nor be turned around by bidi overrides. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : replaceHarmful(text, () => ' ');
}
