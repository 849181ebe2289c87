import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DestinationJson, OverviewJson } from '../api/shapes.ts';
import { count, counted, rate } from '../format.ts';
import { Panel } from '../parts/basics.tsx';
import { OutcomeChart, sum, type Step } from '../parts/chart.tsx';
import { linkTo } from '../routing.ts';

/** The times that can be shown, and how long one bar of them is. */
const SPANS = [
  { minutes: 5, barSeconds: 10, label: '5 min' },
  { minutes: 15, barSeconds: 20, label: '15 min' },
  { minutes: 60, barSeconds: 60, label: '1 hour' },
] as const;
type Span = (typeof SPANS)[number];

/** What came in and what became of it: in figures, and over time. */
export function Outcomes({
  overview,
  waiting,
}: {
  readonly overview: OverviewJson;
  readonly waiting: readonly DestinationJson[];
}): JSX.Element {
  const [span, setSpan] = useState<Span>(SPANS[1]);
  const { steps, stepMs, accepted } = stepsOf(overview, span);
  const upMs = Date.parse(overview.now) - Date.parse(overview.startedAt);
  const knownMs = Math.max(1000, Math.min(upMs, steps.length * stepMs));
  const spans = (
    <div class="segments" role="group" aria-label="Time shown">
      {SPANS.map((each) => (
        <button key={each.minutes} type="button" aria-pressed={each === span} onClick={() => setSpan(each)}>
          {each.label}
        </button>
      ))}
    </div>
  );
  const paused = waiting.filter(({ pausedSince }) => pausedSince !== null).length;
  return (
    <>
      <dl class="figures">
        <Figure label="Accepted" value={accepted} note={rate(accepted, knownMs)} to={linkTo(['messages'])} />
        <Figure
          label="Delivered"
          value={sum(steps, 'delivered')}
          tone="good"
          to={linkTo(['messages'], { state: 'delivered' })}
        />
        <Figure
          label="Relayed"
          value={sum(steps, 'relayed')}
          tone="passed"
          to={linkTo(['messages'], { state: 'relayed' })}
        />
        <Figure
          label="Put off"
          value={sum(steps, 'deferred')}
          tone="late"
          note="attempts"
          to={linkTo(['messages'], { state: 'deferred' })}
        />
        <Figure label="Failed" value={sum(steps, 'failed')} tone="bad" to={linkTo(['messages'], { state: 'failed' })} />
        <Figure
          label="Waiting now"
          value={overview.queue.recipients}
          note={paused > 0 ? `${counted(paused, 'destination')} paused` : counted(overview.queue.messages, 'message')}
          to="#/queue"
        />
      </dl>
      <Panel title="Outcomes" id="outcomes-title" note={spans}>
        <OutcomeChart steps={steps} stepMs={stepMs} />
      </Panel>
    </>
  );
}

/** The steps of the server, put together to bars that stand still while time goes on. */
function stepsOf(
  overview: OverviewJson,
  { minutes, barSeconds }: Span,
): { readonly steps: readonly Step[]; readonly stepMs: number; readonly accepted: number } {
  const stepMs = Math.max(barSeconds, overview.stepSeconds) * 1000;
  const sinceMs = Math.floor(Date.parse(overview.now) / stepMs) * stepMs - minutes * 60_000;
  const bars = new Map<number, Step>();
  let accepted = 0;
  for (const one of overview.steps) {
    const atMs = Math.floor(Date.parse(one.at) / stepMs) * stepMs;
    if (atMs <= sinceMs) continue;
    accepted += one.accepted;
    const { delivered = 0, relayed = 0, deferred = 0, failed = 0 } = bars.get(atMs) ?? {};
    bars.set(atMs, {
      atMs,
      delivered: delivered + one.delivered + one.expanded,
      relayed: relayed + one.relayed,
      deferred: deferred + one.deferred,
      failed: failed + one.failed + one.expired,
    });
  }
  return { steps: [...bars.values()], stepMs, accepted };
}

function Figure({
  label,
  value,
  note,
  tone = 'quiet',
  to,
}: {
  readonly label: string;
  readonly value: number;
  readonly note?: string;
  readonly tone?: string;
  readonly to: string;
}): JSX.Element {
  return (
    <div class={`figure t-${tone}`}>
      <dt>
        <a href={to}>{label}</a>
      </dt>
      <dd class="figure-value">{count(value)}</dd>
      <dd class="figure-note">{note ?? ''}</dd>
    </div>
  );
}
