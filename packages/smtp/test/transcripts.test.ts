import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Mode, parseTranscript, playClient, playServer } from './transcript.ts';

const folder = new URL('transcripts/', import.meta.url);
const MODES: readonly Mode[] = ['line by line', 'octet by octet', 'pipelined'];

const transcripts = readdirSync(folder)
  .filter((name) => name.endsWith('.smtp'))
  .map((name) => ({ name, ...parseTranscript(readFileSync(new URL(name, folder), 'utf8')) }));

const isClient = (name: string): boolean => name.startsWith('client-');
const linesOf = (kind: string, { steps }: (typeof transcripts)[0]): string[] =>
  steps.filter((step) => step.kind === kind).map(({ text }) => text);

describe('server', () => {
  const cases = transcripts.filter(({ name }) => !isClient(name));
  describe.each(MODES)('%s', (mode) => {
    it.each(cases)('$title', (transcript) => {
      const { said, expected, events } = playServer(transcript, mode);
      expect(said).toEqual(expected);
      const wanted = linesOf('E', transcript);
      if (wanted.length > 0) expect(events).toEqual(wanted);
    });
  });
});

describe('client', () => {
  const cases = transcripts.filter(({ name }) => isClient(name));
  describe.each(MODES.slice(0, 2))('%s', (mode) => {
    it.each(cases)('$title', (transcript) => {
      const { said, expected, events, results } = playClient(transcript, mode);
      expect(said).toEqual(expected);
      const wanted = linesOf('E', transcript);
      if (wanted.length > 0) expect(events).toEqual(wanted);
      expect(results).toEqual(linesOf('R', transcript));
    });
  });
});
