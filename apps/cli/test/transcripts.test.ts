import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillFolder, temporaryFolder } from './support/folder.ts';
import { play, stepsOf } from './support/transcript.ts';

const transcripts = fileURLToPath(new URL('transcripts', import.meta.url));
/** `DSNKIT_UPDATE=1 vitest run apps/cli/test/transcripts` writes what the commands say now; read the difference. */
const update = process.env['DSNKIT_UPDATE'] === '1';
const home = process.cwd();
const folder = temporaryFolder();

beforeAll(() => {
  fillFolder(folder.path);
  process.chdir(folder.path);
});
afterAll(() => {
  process.chdir(home);
  folder.remove();
});

for (const name of readdirSync(transcripts)) {
  describe(`transcript ${name}`, () => {
    const file = join(transcripts, name);
    const text = readFileSync(file, 'utf8');
    for (const { title, line, expected } of stepsOf(text)) {
      it(`${title}: ${line}`, async () => {
        const actual = await play(line);
        if (update) rewrite(file, line, actual);
        else expect(actual).toBe(expected);
      });
    }
  });
}

/** Puts new output behind a line of a transcript. */
function rewrite(file: string, line: string, output: string): void {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(`$ ${line}\n`) + line.length + 3;
  const rest = text.slice(start).search(/^(?:# |\$ )/m);
  const end = rest < 0 ? text.length : start + rest;
  writeFileSync(file, `${text.slice(0, start)}${output}${rest < 0 ? '' : '\n'}${text.slice(end)}`);
}
