import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { explainMessage } from '../../../src/admin/explain.ts';
import * as api from '../api/calls.ts';
import { useLoad } from '../api/load.ts';
import { findingsOf } from '../explain/findings.tsx';
import { ReportView } from '../explain/report.tsx';
import { Loading, Panel, Trouble } from '../parts/basics.tsx';

/** The report that a message is, read for people. Shows nothing if it is none. */
export function StoredReport({ id }: { readonly id: string }): JSX.Element | null {
  const { data, error, reload } = useLoad(`report ${id}`, (signal) => api.content(id, signal));
  const read = useMemo(() => {
    if (data === undefined) return undefined;
    const explanation = explainMessage(data);
    return { explanation, findings: findingsOf(explanation, data) };
  }, [data]);
  if (error !== undefined) return <Trouble message={error} retry={reload} />;
  if (read === undefined) return <Loading what="the report" />;
  if (read.explanation.kind === 'other') return null;
  return (
    <Panel title="The report" id="report-title">
      <ReportView explanation={read.explanation} findings={read.findings} />
    </Panel>
  );
}
