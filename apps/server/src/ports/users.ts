/** Who may log in. */
export interface Users {
  /** Undefined: nobody has that name. Rejects with a plain Error while nobody can be looked up. */
  find(name: string): Promise<User | undefined>;
  /** How the SCRAM keys of the users look, as last seen by {@link find}: each look once. */
  scramShapes(): readonly ScramShape[];
}

/** What of SCRAM keys is told before anything is proved, and how many users have such. */
export interface ScramShape {
  readonly iterations: number;
  readonly saltOctets: number;
  readonly users: number;
}

/** Somebody who may log in. */
export interface User {
  /** As it is written in the list of users, prepared by SASLprep. */
  readonly name: string;
  /** Absent: PLAIN and LOGIN are of no use. */
  readonly password?: ScryptHash;
  /** Absent: SCRAM-SHA-256 is of no use. */
  readonly scram?: ScramKeys;
  /** Reverse-paths that the user may give, as canonical addresses or `@domain`. Absent: any. */
  readonly senders?: ReadonlySet<string>;
}

/** A password through scrypt. RFC 7914 §2 */
export interface ScryptHash {
  /** Cost N is two to this power. */
  readonly costLog2: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** A password as a SCRAM server keeps it: good for checking, useless for logging in. RFC 5802 §3, RFC 7677 §3 */
export interface ScramKeys {
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}
