import type { Crypto, ScramKeys, ScramShape, User } from '../../ports.ts';
import { SCRAM_ITERATIONS } from './hash.ts';

/** Where nobody has keys yet: as `dsnd hash-password` makes them. */
const USUAL: ScramShape = { iterations: SCRAM_ITERATIONS, saltOctets: 16, users: 1 };

/** How the keys of these users look. */
export function scramShapes(users: Iterable<User>): readonly ScramShape[] {
  const shapes = new Map<string, ScramShape>();
  for (const { scram } of users) {
    if (scram === undefined) continue;
    const [iterations, saltOctets] = [scram.iterations, scram.salt.length];
    const key = `${iterations} ${saltOctets}`;
    shapes.set(key, { iterations, saltOctets, users: (shapes.get(key)?.users ?? 0) + 1 });
  }
  return [...shapes.values()];
}

/**
 * Keys that no proof fits, for a name that nobody has: always the same for one name and secret, so that asking twice tells
 * nothing, and as often of one look or another as those of the users.
 */
export function keysOfNobody(
  crypto: Crypto,
  secret: Uint8Array,
  shapes: readonly ScramShape[],
  name: string,
): ScramKeys {
  const made = (what: string): Uint8Array => crypto.hmacSha256(secret, utf8.encode(`${what}\0${name}`));
  const { iterations, saltOctets } = shapeOfNobody(shapes, made);
  return {
    iterations,
    salt: saltOf(saltOctets, made),
    storedKey: made('stored'),
    serverKey: made('server'),
  };
}

/** Rendezvous hashing with weights: when users come and go, the look of few other names changes. */
function shapeOfNobody(shapes: readonly ScramShape[], made: (what: string) => Uint8Array): ScramShape {
  let best = USUAL;
  let most = -Infinity;
  for (const shape of shapes) {
    const { buffer, byteOffset } = made(`shape ${shape.iterations} ${shape.saltOctets}`);
    const drawn = (new DataView(buffer, byteOffset).getUint32(0) + 0.5) / 2 ** 32;
    const score = shape.users / -Math.log(drawn);
    if (score > most) [best, most] = [shape, score];
  }
  return best;
}

function saltOf(octets: number, made: (what: string) => Uint8Array): Uint8Array {
  const salt = new Uint8Array(octets);
  for (let at = 0; at < octets; at += 32) salt.set(made(at === 0 ? 'salt' : `salt ${at}`).subarray(0, octets - at), at);
  return salt;
}

const utf8 = new TextEncoder();
