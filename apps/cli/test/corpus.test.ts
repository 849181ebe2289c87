import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dsn } from './support/terminal.ts';

const corpus = fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

interface Truth {
  readonly file: string;
  readonly standardDsn: boolean;
}
interface Reference {
  readonly file: string;
  readonly rawDsn: readonly RawRecipient[];
}
interface RawRecipient {
  readonly finalRecipient: string | null;
  readonly originalRecipient: string | null;
  readonly action: string | null;
  readonly status: string | null;
}
interface Line {
  readonly file: string;
  readonly kind: string;
  readonly recipients: readonly {
    readonly originalRecipient: { readonly value: string } | null;
    readonly finalRecipient: { readonly value: string } | null;
    readonly action: string | null;
    readonly status: string | null;
  }[];
}

const json = (name: string): unknown => JSON.parse(readFileSync(join(corpus, name), 'utf8'));

describe.skipIf(!existsSync(corpus))('bounces from the wild (skipped where ../shared is absent)', () => {
  it('RFC 3464 §2.3 R3464-2.3.3-a R3464-2.3.4-a: dsn inspect --json reads every one, standard reports to the letter', async () => {
    const truth = json('truth.json') as readonly Truth[];
    const reference = new Map((json('reference.json') as readonly Reference[]).map((one) => [one.file, one.rawDsn]));
    const { code, stdout, stderr } = await dsn(['inspect', '--json', ...truth.map(({ file }) => join(corpus, file))]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    // One of the files is an mbox of two; the reference speaks of its first message.
    const byFile = new Map(lines.toReversed().map((line) => [line.file, line]));
    expect(byFile.size).toBe(truth.length);

    const standard = truth.filter(({ standardDsn }) => standardDsn);
    let recipients = 0;
    const differences: string[] = [];
    for (const { file } of standard) {
      const wanted = (reference.get(file) ?? []).map(lettersOf);
      const found = (byFile.get(join(corpus, file))?.recipients ?? []).map((recipient) =>
        lettersOf({
          finalRecipient: recipient.finalRecipient?.value ?? null,
          originalRecipient: recipient.originalRecipient?.value ?? null,
          action: recipient.action,
          status: recipient.status,
        }),
      );
      recipients += found.length;
      if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        differences.push(`${file}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
      }
    }
    console.log(
      `corpus: ${lines.length} messages read, ${standard.length} standard reports, ${recipients} recipients equal`,
    );
    expect(differences).toEqual([]);
  });

  it('dsn lint and dsn inspect in words read every one', async () => {
    const files = [...walk(corpus)].filter((file) => !file.endsWith('.json'));
    for (const command of ['lint', 'inspect']) {
      const { code, stderr } = await dsn([command, ...files]);
      expect({ code: code === 2, stderr }).toEqual({ code: false, stderr: '' });
    }
  });
});

/** What two readers of one field have to agree on: comments, angle brackets and letter case are not part of it. */
function lettersOf({ finalRecipient, originalRecipient, action, status }: RawRecipient): unknown {
  const plain = (address: string | null): string | null => address?.toLowerCase().replace(/["<>]/g, '') ?? null;
  return {
    finalRecipient: plain(finalRecipient),
    originalRecipient: plain(originalRecipient),
    action: action?.toLowerCase() ?? null,
    status: /^\S+/.exec(status ?? '')?.[0] ?? null,
  };
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}
