import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { InputMessage } from '../input/messages.ts';
import { jsonOf } from './json.ts';
import { summarize, type Summary } from './summary.ts';

const mail = fileURLToPath(new URL('../../test/mail/', import.meta.url));
const corpus = fileURLToPath(new URL('../../../../../shared/corpus/', import.meta.url));

/** Messages below a folder. */
function messagesIn(folder: string): InputMessage[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.eml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, octets: readFileSync(file) }));
}

describe('JSON of a summary is what JSON.stringify gives', () => {
  it('for messages of each kind', () => {
    for (const message of messagesIn(mail)) {
      const summary = summarize(message);
      expect(jsonOf(summary)).toBe(JSON.stringify(summary));
    }
  });

  it('for a place in an mbox, and what has to be escaped', () => {
    const hostile = 'a "b" \\ \u0000\u001f\u007f\u2028 \ud800 \udc00 \u{1f600} é';
    const summary: Summary = {
      file: hostile,
      index: 7,
      kind: 'other',
      report: null,
      recipients: [],
      original: null,
      header: { messageId: hostile, subject: hostile, from: null, to: '', date: hostile },
      issues: [{ code: 'x', line: null, field: hostile, clause: null, message: hostile, repaired: null }],
    };
    expect(jsonOf(summary)).toBe(JSON.stringify(summary));
  });

  it.runIf(existsSync(corpus))('for a public collection (skipped without ../shared/corpus)', () => {
    const messages = messagesIn(corpus);
    expect(messages.length).toBeGreaterThan(100);
    for (const message of messages) {
      const summary = summarize(message);
      expect(jsonOf(summary)).toBe(JSON.stringify(summary));
    }
  });
});
