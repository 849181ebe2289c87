import { createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto';
import type { User, Users } from '../../src/ports.ts';
import { formatScram, formatScrypt } from '../../src/receiving/auth/hash.ts';
import { scramShapes } from '../../src/receiving/auth/nobody.ts';

/** Users that are all in a map. */
export function usersOf(map: ReadonlyMap<string, User>): Users {
  return { find: (name) => Promise.resolve(map.get(name)), scramShapes: () => scramShapes(map.values()) };
}

/** A `[[user]]` table whose hashes cost next to nothing. */
export function userTable(name: string, password: string, more = ''): string {
  const salt = new TextEncoder().encode(`salt of ${name}`.padEnd(16, '.').slice(0, 16));
  const cost = { costLog2: 1, blockSize: 1, parallelization: 1 };
  const key = scryptSync(password, salt, 32, { N: 2, r: 1, p: 1 });
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const keyOf = (what: string) => createHmac('sha256', salted).update(what).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest();
  const scram = formatScram({ iterations: 4096, salt, storedKey, serverKey: keyOf('Server Key') });
  const hash = formatScrypt({ ...cost, salt, key });
  return `[[user]]\nname = ${JSON.stringify(name)}\npassword = "${hash}"\nscram = "${scram}"\n${more}\n`;
}
