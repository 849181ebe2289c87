import { Connections } from './connections.ts';

/** A secret that all nodes share: that of the first to ask for it. The queue has made the table. */
export async function sharedSecret(url: string, name: string, own: Uint8Array): Promise<Uint8Array> {
  const connections = new Connections({ url, max: 1, timeoutMs: 30_000 });
  try {
    return await connections.transaction(async (client) => {
      await client.query('INSERT INTO dsnkit_secret (name, octets) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        ...[name, own],
      ]);
      const { rows } = await client.query<{ octets: Uint8Array }>('SELECT octets FROM dsnkit_secret WHERE name = $1', [
        name,
      ]);
      return rows[0]?.octets ?? new Uint8Array();
    });
  } finally {
    await connections.close();
  }
}
