import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReportFiles } from './report-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const nothing = { returnedMaxOctets: 0, maxPerMinute: 1, html: true, texts: [], dkim: [] };

describe('readReportFiles', () => {
  it('reads texts and keys, and tells in one line what is missing', () => {
    const notes: string[] = [];
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    const { texts, dkimKeys } = readReportFiles(
      {
        ...nothing,
        texts: [path('nl.toml', 'language = "nl"\nclosing = "Tot ziens."')],
        dkim: [{ domain: 'example.org', selector: 's1', keyFile: path('key.pem', pem) }],
      },
      (line) => notes.push(line),
    );
    expect(texts).toMatchObject([{ language: 'nl', closing: 'Tot ziens.' }]);
    expect(dkimKeys).toMatchObject([{ domain: 'example.org', selector: 's1', algorithm: 'ed25519-sha256' }]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/nl\.toml: \d+ texts are missing \(en is said\): sender, subject\.one\.failed, .*, …$/);
  });

  it('says nothing where nothing is missing', () => {
    const notes: string[] = [];
    readReportFiles({ ...nothing, texts: [] }, (line) => notes.push(line));
    expect(notes).toEqual([]);
  });

  it('refuses files that can not be read', () => {
    const missing = { ...nothing, texts: [join(folder, 'none.toml')] };
    expect(() => readReportFiles(missing, () => undefined)).toThrow(/ENOENT.*none\.toml/);
  });
});
