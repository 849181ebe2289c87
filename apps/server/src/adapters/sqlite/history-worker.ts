import { parentPort, workerData } from 'node:worker_threads';
import { HistoryDatabase, type HistoryAsk } from './history-database.ts';

const port = parentPort;
if (port === null) throw new Error('This file is the worker of the history; it is not run by itself');

const { file } = workerData as { readonly file: string };
const database = new HistoryDatabase(file);
port.postMessage({ kind: 'ready' });
port.on('message', ({ id, ask }: { readonly id: number; readonly ask: HistoryAsk }) => {
  try {
    port.postMessage({ kind: 'answer', id, value: database.ask(ask) });
  } catch (error) {
    port.postMessage({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error) });
  }
  if (ask.kind === 'close') port.close();
});
