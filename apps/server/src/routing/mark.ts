/**
 * Marks that operators leave on the destination of a recipient, where they are as durable as the rest of it:
 * `held:` keeps it where it is, `moved:` takes it to that next hop whatever the routes say.
 */
const HELD = 'held:';
const MOVED = 'moved:';

/** A destination key with its marks read. */
export interface Marked {
  readonly held: boolean;
  readonly moved: boolean;
  /** The key without marks. */
  readonly destination: string;
}

/** @example readMarks('held:moved:mx:ivory.edu') // { held: true, moved: true, destination: 'mx:ivory.edu' } */
export function readMarks(key: string): Marked {
  const held = key.startsWith(HELD);
  const rest = held ? key.slice(HELD.length) : key;
  const moved = rest.startsWith(MOVED);
  return { held, moved, destination: moved ? rest.slice(MOVED.length) : rest };
}

/** @example writeMarks({ held: true, moved: false, destination: 'mx:ivory.edu' }) // 'held:mx:ivory.edu' */
export function writeMarks({ held, moved, destination }: Marked): string {
  return `${held ? HELD : ''}${moved ? MOVED : ''}${destination}`;
}

/** All keys under which recipients of a destination wait. */
export function markedKeys(destination: string): readonly string[] {
  return [false, true].flatMap((held) => [false, true].map((moved) => writeMarks({ held, moved, destination })));
}
