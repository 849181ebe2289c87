import { endsLine } from './scanner.ts';

/** Put chunks of whole lines together; one that lacks its last line end gets it if another follows. */
export function joinLines(chunks: readonly string[], lineEnd: string): string {
  // A list, not a growing string: looking at the end of one that grows would copy it each time.
  const lines: string[] = [];
  let last = '';
  for (const chunk of chunks) {
    if (chunk === '') continue;
    if (last !== '' && !endsLine(last)) lines.push(lineEnd);
    lines.push(chunk);
    last = chunk;
  }
  return lines.join('');
}
