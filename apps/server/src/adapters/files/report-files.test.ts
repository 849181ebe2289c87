import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReportConfig, RouteConfig } from '../../config.ts';
import { readReportFiles } from './report-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const nothing = { returnedMaxOctets: 0, maxPerMinute: 1, returnPathMemoryMs: 1, html: true, texts: [], dkim: [] };
const read = (
  report: ReportConfig,
  note: (line: string) => void = () => undefined,
  routes: readonly RouteConfig[] = [],
) => readReportFiles({ report, routes, store: { kind: 'sqlite', directory: folder } }, note);

describe('readReportFiles', () => {
  it('reads texts and keys, and tells in one line what is missing', () => {
    const notes: string[] = [];
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    const { texts, dkimKeys } = read(
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
    read({ ...nothing, texts: [] }, (line) => notes.push(line));
    expect(notes).toEqual([]);
  });

  it('makes the key of return paths when a route needs it, and keeps it', () => {
    const verp: RouteConfig = { match: { kind: 'all' }, to: { kind: 'mx' }, acceptFrom: 'relay-from', verp: true };
    expect(read(nothing).returnPathKey).toBeUndefined();
    const made = read(nothing, () => undefined, [verp]).returnPathKey;
    expect(made).toHaveLength(32);
    expect(statSync(join(folder, 'return-path.key')).mode & 0o777).toBe(0o600);
    expect(read(nothing).returnPathKey).toEqual(made);
    writeFileSync(join(folder, 'return-path.key'), 'short');
    expect(() => read(nothing)).toThrow(/return-path\.key: the key is too short/);
  });

  it('refuses files that can not be read', () => {
    const missing = { ...nothing, texts: [join(folder, 'none.toml')] };
    expect(() => read(missing)).toThrow(/ENOENT.*none\.toml/);
  });
});
