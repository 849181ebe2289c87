import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../model.ts';
import type { Unreported } from '../../notification/digest.ts';
import { contentOf } from '../content.ts';
import { readNote } from './notes.ts';
import { makePostmaster, type Postmaster } from './postmaster.ts';

const HOUR = 3_600_000;

const message: Message = {
  ...{ id: 'm1', reversePath: '', mailParameters: '', arrivedAtMs: 0, origin: 'smtp', sizeOctets: 1 },
};

function failures(count: number): readonly Unreported[] {
  const failure = { messageId: 'm1', reversePath: '', isReport: false, why: 'null-reverse-path', atMs: 0 } as const;
  return Array.from({ length: count }, (_, i) => ({ ...failure, recipient: `r${i}@b.example` }));
}

const content = (text: string) => () => Promise.resolve(contentOf([new TextEncoder().encode(text)]));
const letter = content('Subject: hi\r\n\r\nHello\r\n');
const digest = content('X-Dsnkit-Digest: mx.example.org\r\nSubject: digest\r\n\r\n');

describe("the postmaster's notes", () => {
  let nowMs: number;
  let postmaster: Postmaster;
  beforeEach(() => {
    nowMs = 0;
    let last = 0;
    postmaster = makePostmaster({
      hostname: 'mx.example.org',
      ids: { next: () => `n${++last}` },
      now: () => nowMs,
      post: (head, _, octets) =>
        Promise.resolve({ message: { ...head, sizeOctets: octets.length }, recipients: [], content: [octets] }),
      everyMs: HOUR,
    });
  });

  async function kept(count: number, from = message, load = letter): Promise<readonly number[]> {
    const notes = await postmaster.keep(from, failures(count), load);
    return Promise.all(
      notes.map(async ({ content: octets }) => {
        if ('kind' in octets) throw new Error('a note is kept in memory');
        const { value } = await readNote(contentOf(octets));
        return (value as readonly unknown[]).length;
      }),
    );
  }

  it('list a hundred failures in each span, and tell how many there were beside them', async () => {
    expect(await kept(60)).toEqual([60]);
    expect(await kept(60)).toEqual([40]);
    expect(await kept(7)).toEqual([]);
    nowMs = HOUR;
    expect(await kept(1)).toEqual([1]);
    const told = async (): Promise<string> => {
      const { content: octets } = await postmaster.digest(failures(1));
      if ('kind' in octets) throw new Error('a digest is kept in memory');
      return octets.map((piece) => new TextDecoder().decode(piece)).join('');
    };
    expect(await told()).toMatch(/\b27\b/);
    expect(await told()).not.toMatch(/\b27\b/);
  });

  it('RFC 3461 §6.2: keep nothing of a digest, so that no loop can come of them', async () => {
    expect(await kept(1, message, digest)).toEqual([]);
    expect(await kept(1)).toEqual([1]);
  });

  it('keep the failure of mail whose sender writes the field of a digest into it', async () => {
    expect(await kept(1, { ...message, reversePath: 'eve@example.net' }, digest)).toEqual([1]);
  });
});
