import type { Config } from '../config.ts';
import type { EventSink } from '../ports.ts';
import type { Collector, Exporter } from './exporter.ts';

/** Spans of all events for as long as a configuration asks for them. */
export interface Tracing extends EventSink {
  /** Goes on as a configuration has it; what was to be sent before goes where it was to go. */
  reload(config: Pick<Config, 'traces' | 'hostname'>): Promise<void>;
  /** Sends what there is, then no more. */
  stop(): Promise<void>;
}

/** Makes it; `open` makes an exporter when one is wanted. */
export function makeTracing(open: (collector: Collector) => Promise<Exporter>): Tracing {
  let exporter: Exporter | undefined;
  let collector: Collector | undefined;
  const ending = new Set<Promise<void>>();

  function end(): void {
    const last = exporter?.stop();
    exporter = undefined;
    if (last === undefined) return;
    const ended = last.finally(() => ending.delete(ended));
    ending.add(ended);
  }

  return {
    emit: (event) => exporter?.emit(event),
    async reload({ traces, hostname }) {
      const next = traces && { endpoint: traces.endpoint, hostname };
      const isSame = next?.endpoint === collector?.endpoint && next?.hostname === collector?.hostname;
      if (isSame) return;
      collector = next;
      if (next === undefined) end();
      else if (exporter === undefined) exporter = await open(next);
      else exporter.moveTo(next);
    },
    async stop() {
      end();
      await Promise.all(ending);
    },
  };
}
