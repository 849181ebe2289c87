import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** The messages that tests read. */
export const mail: string = fileURLToPath(new URL('../mail', import.meta.url));

/** A folder of one test; `remove` takes it away. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'dsn-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Fills a folder with the messages, a gzipped mbox, and a Maildir, whose names no Windows checkout could hold. */
export function fillFolder(folder: string): void {
  cpSync(mail, folder, { recursive: true });
  writeFileSync(join(folder, 'bounces.mbox.gz'), gzipSync(readFileSync(join(folder, 'bounces.mbox'))));
  for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(folder, 'Maildir', part), { recursive: true });
  const place = (name: string, to: string): void => {
    const separator = process.platform === 'win32' ? ';' : ':';
    cpSync(join(mail, name), join(folder, 'Maildir', to.replace(':', separator)));
  };
  place('delivered.eml', 'cur/1709971205.M1P1.mx:2,S');
  place('delayed.eml', 'new/1709902800.M2P2.mx');
  place('letter.eml', 'tmp/1709902900.M3P3.mx');
}
