import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/ports.ts';

/**
 * What every bucket must do.
 *
 * @param open gives an empty one
 */
export function objectsContract(name: string, open: () => ObjectStore): void {
  /** All pages of the list. */
  const namesIn = async (objects: ObjectStore): Promise<readonly string[]> => {
    const names: string[] = [];
    for (let page = await objects.list(''); page.length > 0; page = await objects.list(names.at(-1) ?? ''))
      names.push(...page.map((object) => object.name));
    return names;
  };

  describe(name, () => {
    it('gives back what was put, to the octet, and nothing for what is not there', async () => {
      const objects = open();
      const octets = randomBytes(300_000);
      await objects.put('b/0', octets);
      await objects.put('b-1.x', Uint8Array.of(0, 255, 10));
      await objects.put('a/0', new Uint8Array());
      expect(Buffer.from((await objects.get('b/0')) ?? []).equals(octets)).toBe(true);
      expect(await objects.get('b-1.x')).toEqual(Uint8Array.of(0, 255, 10));
      expect(await objects.get('a/0')).toEqual(new Uint8Array());
      expect(await objects.get('c/0')).toBeUndefined();
    });

    it('lists objects by their names, page by page, with the time at which they were put', async () => {
      const objects = open();
      expect(await objects.list('')).toEqual([]);
      for (const each of ['c/1', 'a/0', 'c/0', 'b/0', 'b/00']) await objects.put(each, Uint8Array.of(1));
      expect(await namesIn(objects)).toEqual(['a/0', 'b/0', 'b/00', 'c/0', 'c/1']);
      expect((await objects.list('b/00'))[0]?.name).toBe('c/0');
      expect((await objects.list('b/01'))[0]?.name).toBe('c/0');
      expect(await objects.list('c/1')).toEqual([]);
      const [first] = await objects.list('');
      // A bucket has a clock of its own.
      expect(Math.abs((first?.putAtMs ?? 0) - Date.now())).toBeLessThan(600_000);
    });

    it('removes objects, and takes one that is not there for removed', async () => {
      const objects = open();
      await objects.put('a/0', Uint8Array.of(1));
      await objects.put('b/0', Uint8Array.of(2));
      await Promise.all(['a/0', 'c/0'].map((each) => objects.remove(each)));
      await objects.remove('a/0');
      expect(await objects.get('a/0')).toBeUndefined();
      expect(await namesIn(objects)).toEqual(['b/0']);
    });
  });
}
