import { readFile, stat } from 'node:fs/promises';

const systemFile = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/** The names that the system's hosts file gives addresses to. It is read again when it has changed. */
export class HostsFile {
  readonly #path: string;
  #changedMs = -1;
  #addresses: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(path: string = systemFile) {
    this.#path = path;
  }

  /** Addresses of the name, none if the file has none. `localhost` is known without a file (RFC 6761 §6.3). */
  async find(host: string): Promise<readonly string[]> {
    const name = host.toLowerCase().replace(/\.$/, '');
    const isLocalhost = name === 'localhost' || name.endsWith('.localhost');
    return (await this.#read()).get(name) ?? (isLocalhost ? ['::1', '127.0.0.1'] : []);
  }

  async #read(): Promise<ReadonlyMap<string, readonly string[]>> {
    try {
      const { mtimeMs } = await stat(this.#path);
      if (mtimeMs !== this.#changedMs) {
        this.#addresses = parse(await readFile(this.#path, 'utf8'));
        this.#changedMs = mtimeMs;
      }
    } catch {
      // No file, or not for us to read now: the DNS knows. It may come back as it was.
      this.#changedMs = -1;
      this.#addresses = new Map();
    }
    return this.#addresses;
  }
}

function parse(text: string): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (address === undefined || address.includes('%')) continue;
    for (const name of names) {
      const known = addresses.get(name.toLowerCase());
      if (known === undefined) addresses.set(name.toLowerCase(), [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return addresses;
}
