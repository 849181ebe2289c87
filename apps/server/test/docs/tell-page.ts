import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { shows, type Block, type Page } from './pages.ts';
import { startReader, type Reader } from './reader.ts';

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

/** Programs that pages use and a machine may lack. */
const foreign = ['bash', 'curl', 'python3', 'swaks', 'openssl', 'msmtp'];

/** Tests that follow a page: files are written, commands run in order, outputs are compared. */
export function tellPage(page: Page, isMeant: (block: Block) => boolean): void {
  describe(page.name, () => {
    let reader: Reader | undefined;
    if (page.blocks.some((block) => block.language === 'sh' && isMeant(block) && reasonNotTo(block) === undefined)) {
      beforeAll(async () => {
        reader = await startReader();
      });
      afterAll(() => reader?.leave());
    }
    it('says of each block what it is', () => {
      expect(page.blocks.filter(({ language }) => language === '').map(({ line }) => `line ${line}`)).toEqual([]);
    });
    for (const block of page.blocks) {
      if (block.language === 'toml') it(`line ${block.line} is a right configuration`, () => checkToml(block));
      if (block.file !== undefined) it(`line ${block.line} is ${block.file}`, () => void reader?.write(block));
      if (block.language === 'sh' && isMeant(block)) tellCommands(block, () => reader);
    }
  });
}

function tellCommands(block: Block, reader: () => Reader | undefined): void {
  const reason = reasonNotTo(block);
  const title = `line ${block.line}: ${block.text.split('\n', 1)[0] ?? ''}`;
  if (reason !== undefined) {
    it.skip(`${title} (${reason})`);
    return;
  }
  const expected = Number(/^exit code (\d)$/.exec(block.mark)?.[1] ?? 0);
  it(title, async () => {
    const ran = await reader()?.run(block);
    expect({ code: ran?.code, stderr: ran?.stderr, stdout: ran?.stdout }).toMatchObject({ code: expected, stderr: '' });
    expect(ran?.stdout).not.toContain('"code":');
    if (block.expected !== undefined && !shows(block.expected, ran?.stdout ?? ''))
      expect(ran?.stdout).toBe(block.expected);
  });
}

function reasonNotTo({ mark, text }: Block): string | undefined {
  if (mark.startsWith('not run: ')) return mark;
  const lacking = foreign.filter((program) => new RegExp(`\\b${program}\\b`).test(text) || program === 'bash');
  const missing = lacking.find((program) => !has(program));
  return missing === undefined ? undefined : `skipped where ${missing} is not installed`;
}

/** A part of a configuration stands below the least that one must have. */
function checkToml({ text, line }: Block): void {
  const isWhole = /^hostname/m.test(text);
  const store = /^\[bodies\]/m.test(text) ? 'postgres://db.example/q' : 'sqlite:q';
  const least = `hostname = "mx.example.org"\nstore = "${store}"\n[[listen]]\naddress = "127.0.0.1:2525"\n`;
  expect(() => parseConfig(isWhole ? text : least + text, `line ${line}`, '/etc/dsnd')).not.toThrow();
}
