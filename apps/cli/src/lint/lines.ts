/** The lines of a message by their number. */
export interface Lines {
  /** The line of a number from 1, without its end; '' where there is none. */
  text(line: number): string;
  /** Whether a line begins so, in any letter case. */
  startsWith(line: number, text: string): boolean;
  /** The first line before `limit` that begins so; undefined if none does. */
  find(text: string, limit: number): number | undefined;
}

/** Cut into lines once, when the first one is asked for. */
export function linesOf(octets: Uint8Array): Lines {
  let cut: readonly string[] | undefined;
  const text = (line: number): string => (cut ??= split(octets))[line - 1] ?? '';
  const startsWith = (line: number, start: string): boolean =>
    text(line).slice(0, start.length).toLowerCase() === start.toLowerCase();
  return {
    text,
    startsWith,
    find: (start, limit) => {
      for (let line = 1; line < limit; line++) if (startsWith(line, start)) return line;
      return undefined;
    },
  };
}

function split(octets: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(octets);
  return text.split(/\r\n|\n|\r(?!\r?\n)/);
}
