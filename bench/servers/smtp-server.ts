/** smtp-server of npm as a peer: `smtp-server.ts PORT [FOLDER]`. With a folder each message is synced there before its 250. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

const [port, folder] = process.argv.slice(2);
let count = 0;

new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onData(stream, _session, answer) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      if (folder === undefined) answer();
      else keep(join(folder, `${count++}.eml`), Buffer.concat(chunks)).then(() => answer(), answer);
    });
  },
}).listen(Number(port), '127.0.0.1');

async function keep(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, 'w');
  await handle.writeFile(content);
  await handle.sync();
  await handle.close();
}
