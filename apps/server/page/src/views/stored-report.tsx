import type { JSX } from 'preact';
import * as api from '../api/calls.ts';
import { useLoad } from '../api/load.ts';
import { loadReader } from '../explain/load-reader.ts';
import { ReportView } from '../explain/report.tsx';
import { Loading, Panel, Trouble } from '../parts/basics.tsx';

/** The report that a message is, read for people. Shows nothing if it is none. */
export function StoredReport({ id }: { readonly id: string }): JSX.Element | null {
  const { data, error, reload } = useLoad(`report ${id}`, async (signal) => {
    const [octets, reader] = await Promise.all([api.content(id, signal), loadReader()]);
    return reader.readMessage(octets);
  });
  if (error !== undefined) return <Trouble message={error} retry={reload} />;
  if (data === undefined) return <Loading what="the report" />;
  if (data.explanation.kind === 'other') return null;
  return (
    <Panel title="The report" id="report-title">
      <ReportView read={data} />
    </Panel>
  );
}
