import { spawnSync } from 'node:child_process';

export const hasPython: boolean = spawnSync('python3', ['--version']).status === 0;

/** A report as Python's `email` package sees it. */
export interface PythonReport {
  readonly contentType: string;
  readonly reportType: string | null;
  readonly from: string;
  readonly to: string;
  readonly autoSubmitted: string | null;
  readonly parts: readonly string[];
  /** Header fields of each group of message/delivery-status, names in lower case. */
  readonly groups: readonly Readonly<Record<string, string>>[];
  readonly defects: readonly string[];
}

const READ = `
import sys, json, email, email.policy
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
parts = list(m.iter_parts()) if m.is_multipart() else []
status = next((p for p in parts if p.get_content_type() in ('message/delivery-status', 'message/global-delivery-status')), None)
groups = [{k.lower(): str(v) for k, v in g.items()} for g in status.get_payload()] if status is not None and status.is_multipart() else []
defects = [type(d).__name__ for p in m.walk() for d in p.defects]
print(json.dumps(dict(contentType=m.get_content_type(), reportType=m.get_param('report-type'), to=str(m['to']),
  autoSubmitted=m['auto-submitted'] and str(m['auto-submitted']), parts=[p.get_content_type() for p in parts],
  groups=[g for g in groups if g], defects=defects, **{'from': str(m['from'])})))
`;

/** Reads a report with Python's standard library. */
export function readWithPython(message: Uint8Array): PythonReport {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', READ], { input: message, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as PythonReport;
}
