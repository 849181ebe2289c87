import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The reading room beside the repository: corpus, examples, requirements. Not part of a clone. */
export const shared = join(import.meta.dirname, '../../../../shared');
export const hasShared = existsSync(join(shared, 'corpus/reference.json'));
export const skipNote = hasShared ? '' : ' (skipped: ../shared is not there)';

/** A file of it, one character for each octet. */
export function readShared(path: string): string {
  return readFileSync(join(shared, path), 'latin1');
}

/**
 * The bodies of the delivery-status parts of a message. Just enough MIME for tests of this package, which knows nothing of
 * containers: boundaries and nesting, no encodings.
 */
export function statusBodies(entity: string): string[] {
  const { header, body } = splitEntity(entity);
  const type = /^content-type:[ \t]*((?:.|\r?\n[ \t]|\r[ \t])*)/im.exec(header)?.[1] ?? '';
  if (/^message\/(?:global-)?delivery-status/i.test(type)) return [body];
  const boundary = /boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(type);
  if (!/^multipart\//i.test(type) || !boundary) return [];
  const parts = body.split(
    new RegExp(
      `(?:^|\\r\\n|\\n|\\r(?!\\n))--${RegExp.escape(boundary[1] ?? boundary[2] ?? '')}(?=--|[ \\t]*[\\r\\n]|$)`,
    ),
  );
  return parts
    .slice(1)
    .flatMap((part) => (part.startsWith('--') ? [] : statusBodies(part.replace(/^[ \t]*(?:\r\n|[\r\n])/, ''))));
}

function splitEntity(entity: string): { header: string; body: string } {
  const blank = /(?:^|\r\n|\n|\r(?!\n))(?:\r\n|[\r\n])/.exec(entity);
  if (!blank) return { header: entity, body: '' };
  return { header: entity.slice(0, blank.index + 1), body: entity.slice(blank.index + blank[0].length) };
}
