import { createSocket } from 'node:dgram';

/** Record data, an rcode, the name that this one is an alias of and nothing beyond it, or no answer at all. */
export type NameServerAnswer = readonly Buffer[] | number | { readonly alias: string } | 'silence';

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 5: 'CNAME', 15: 'MX', 16: 'TXT', 28: 'AAAA' };

const CNAME = 5;

/** A name server on loopback that answers each question, e.g. `MX ivory.edu`, as it is told. */
export async function startNameServer(
  answer: (question: string) => NameServerAnswer,
): Promise<{ readonly address: string; stop(): void }> {
  const server = createSocket('udp4', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const labels: string[] = [];
    for (let at = 12; query[at] !== 0; at += query[at]! + 1)
      labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString());
    const type = query.readUInt16BE(end - 4);
    const found = answer(`${TYPES[type]} ${labels.join('.').toLowerCase()}`);
    if (found === 'silence') return;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (typeof found === 'number' ? found : 0), 2);
    const alias = typeof found === 'object' && 'alias' in found ? [nameData(found.alias)] : undefined;
    const records = alias ?? (Array.isArray(found) ? (found as readonly Buffer[]) : []);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt16BE(0, 10);
    const answers = records.map((data) => {
      const fixed = Buffer.alloc(12);
      fixed.writeUInt16BE(0xc00c, 0);
      fixed.writeUInt16BE(alias === undefined ? type : CNAME, 2);
      fixed.writeUInt16BE(1, 4);
      fixed.writeUInt16BE(data.length, 10);
      return Buffer.concat([fixed, data]);
    });
    server.send(Buffer.concat([header, query.subarray(12, end), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** RFC 1035 §3.3.9 */
export function mxData(preference: number, host: string): Buffer {
  return Buffer.concat([Buffer.from([preference >> 8, preference & 255]), nameData(host)]);
}

/** The strings of one record. RFC 1035 §3.3.14 */
export function txtData(...texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])));
}

function nameData(name: string): Buffer {
  const labels = name.split('.').filter(Boolean);
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}
