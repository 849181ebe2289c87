import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTranscript, play } from './transcript.ts';

const folder = new URL('transcripts/', import.meta.url);
const transcripts = readdirSync(folder)
  .filter((name) => name.endsWith('.smtp'))
  .map((name) => parseTranscript(readFileSync(new URL(name, folder), 'utf8')));

describe('dialogues with the server', () => {
  it.each(transcripts)('$title', async (transcript) => {
    const { said, expected, server } = await play(transcript);
    expect(said).toEqual(expected);
    expect(server.troubles).toEqual([]);
  });
});
