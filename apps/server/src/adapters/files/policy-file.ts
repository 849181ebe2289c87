import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { KeptPolicy, PolicyStore } from '../../ports.ts';
import { syncDirectory } from '../sqlite/spool.ts';

/** So much is kept at most: some 50,000 policies of the usual size. */
const MAX_OCTETS = 16 * 1024 * 1024;

const kept: v.GenericSchema<unknown, KeptPolicy> = v.object({
  domain: v.string(),
  id: v.string(),
  fetchedAtMs: v.number(),
  expiresAtMs: v.number(),
  policy: v.object({
    mode: v.picklist(['enforce', 'testing', 'none']),
    mx: v.array(v.string()),
    maxAgeSeconds: v.number(),
  }),
});

/** Policies in a file of JSON lines, one for each, which is written anew each time. */
export function openPolicyFile(path: string): PolicyStore {
  return {
    async load() {
      const text = await readSome(path);
      return text.split('\n').flatMap((line, i) => (line === '' ? [] : policyOf(line, `${path}:${i + 1}`)));
    },
    async save(policies) {
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.writeFile(fitting(policies));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      await syncDirectory(dirname(path));
    },
  };
}

/** Nothing of a file that is damaged is believed: a policy in it may be another than was fetched. */
function policyOf(line: string, where: string): KeptPolicy {
  try {
    return v.parse(kept, JSON.parse(line));
  } catch {
    throw new Error(`${where}: is no MTA-STS policy; those of before are fetched anew`);
  }
}

async function readSome(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return '';
  if (found.size > MAX_OCTETS) throw new Error(`${path}: is larger than what is kept there`);
  const file = await open(path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function fitting(policies: readonly KeptPolicy[]): string {
  const lines: string[] = [];
  let octets = 0;
  for (const policy of policies.toReversed()) {
    const line = `${JSON.stringify(policy)}\n`;
    octets += Buffer.byteLength(line);
    if (octets > MAX_OCTETS) break;
    lines.push(line);
  }
  return lines.reverse().join('');
}
