import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { axisTime, count, stepTime } from '../format.ts';

/** What happened in one stretch of time. */
export interface Step {
  readonly atMs: number;
  readonly delivered: number;
  readonly relayed: number;
  readonly deferred: number;
  readonly failed: number;
}

export type Series = Exclude<keyof Step, 'atMs'>;

/** Above the line what went well, below it what did not: place tells as much as colour. */
export const SERIES: readonly { readonly name: Series; readonly label: string; readonly side: 1 | -1 }[] = [
  { name: 'delivered', label: 'Delivered', side: 1 },
  { name: 'relayed', label: 'Relayed', side: 1 },
  { name: 'failed', label: 'Failed', side: -1 },
  { name: 'deferred', label: 'Put off', side: -1 },
];

const LEFT = 34;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;

/** Outcomes over time. The table behind it says the same in numbers. */
export function OutcomeChart({
  steps,
  stepMs,
}: {
  readonly steps: readonly Step[];
  readonly stepMs: number;
}): JSX.Element {
  const [frame, width] = useWidth();
  const [at, setAt] = useState<number>();
  const height = width < 500 ? 190 : 240;
  const plot = scaleOf(steps, width, height);
  const point = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const index = Math.floor((event.clientX - box.left - LEFT) / plot.stepWidth);
    setAt(index >= 0 && index < steps.length ? index : undefined);
  };
  const step = at === undefined ? undefined : steps[at];
  return (
    <figure class="chart">
      <div ref={frame} class="chart-frame">
        <svg
          role="img"
          aria-label={summary(steps, stepMs)}
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          onPointerMove={point}
          onPointerLeave={() => setAt(undefined)}
        >
          <Axes steps={steps} stepMs={stepMs} plot={plot} width={width} height={height} />
          {at !== undefined && (
            <rect class="chart-cursor" x={plot.x(at)} y={TOP} width={plot.stepWidth} height={height - TOP - BOTTOM} />
          )}
          {steps.map((each, index) => (
            <Bar key={each.atMs} step={each} x={plot.x(index)} plot={plot} />
          ))}
          <line class="chart-zero" x1={LEFT} x2={width - RIGHT} y1={plot.zero} y2={plot.zero} />
        </svg>
      </div>
      <figcaption class="chart-caption">
        <span class="legend">
          {SERIES.map(({ name, label }) => (
            <span key={name} class="legend-entry">
              <span class={`swatch fill-${name}`} aria-hidden="true" />
              {label} {step !== undefined && <b>{count(step[name])}</b>}
            </span>
          ))}
        </span>
        <span class="chart-readout">
          {step === undefined
            ? `one bar: ${stepMs / 1000} s`
            : `${stepTime(step.atMs, stepMs)} to ${stepTime(step.atMs + stepMs, stepMs)}`}
        </span>
      </figcaption>
      <ChartTable steps={steps} stepMs={stepMs} />
    </figure>
  );
}

interface Plot {
  readonly zero: number;
  readonly stepWidth: number;
  readonly ticks: readonly number[];
  x(index: number): number;
  y(value: number): number;
}

function scaleOf(steps: readonly Step[], width: number, height: number): Plot {
  const up = Math.max(1, ...steps.map((step) => step.delivered + step.relayed));
  const down = Math.max(0, ...steps.map((step) => step.failed + step.deferred));
  const tick = niceTick(Math.max(up, down));
  const top = Math.ceil(up / tick) * tick;
  const bottom = Math.ceil(down / tick) * tick;
  const perUnit = (height - TOP - BOTTOM) / (top + bottom);
  const zero = TOP + top * perUnit;
  const stepWidth = (width - LEFT - RIGHT) / Math.max(1, steps.length);
  const ticks = [];
  for (let value = -bottom; value <= top; value += tick) ticks.push(value);
  return { zero, stepWidth, ticks, x: (index) => LEFT + index * stepWidth, y: (value) => zero - value * perUnit };
}

/** 1, 2 or 5 times a power of ten, so that about four of them reach the value. */
function niceTick(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value / 4)));
  return Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power * 4 >= value) ?? 10) * power);
}

function Axes({
  steps,
  stepMs,
  plot,
  width,
  height,
}: {
  readonly steps: readonly Step[];
  readonly stepMs: number;
  readonly plot: Plot;
  readonly width: number;
  readonly height: number;
}): JSX.Element {
  // Full minutes only, so that no label stands twice.
  const minutes = (steps.length * stepMs) / 60_000;
  const every = ([1, 2, 5, 10, 15].find((each) => (minutes / each) * 90 <= width) ?? 30) * 60_000;
  return (
    <g class="chart-axes">
      {plot.ticks.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={plot.y(value)} y2={plot.y(value)} />
          <text x={LEFT - 6} y={plot.y(value)} text-anchor="end" dominant-baseline="middle">
            {count(Math.abs(value))}
          </text>
        </g>
      ))}
      {steps.map(
        ({ atMs }, index) =>
          (atMs + stepMs) % every === 0 && (
            <text
              key={atMs}
              x={Math.min(plot.x(index) + plot.stepWidth, width - RIGHT)}
              y={height - 6}
              text-anchor="end"
            >
              {axisTime(atMs + stepMs)}
            </text>
          ),
      )}
    </g>
  );
}

function Bar({ step, x, plot }: { readonly step: Step; readonly x: number; readonly plot: Plot }): JSX.Element {
  const reached = { 1: 0, [-1]: 0 };
  const gap = plot.stepWidth > 4 ? 1 : 0;
  return (
    <g>
      {SERIES.map(({ name, side }) => {
        const value = step[name];
        if (value === 0) return null;
        const from = reached[side];
        reached[side] = from + value;
        const ends = [plot.y(side * from), plot.y(side * (from + value))];
        const y = Math.min(...ends);
        return (
          <rect
            key={name}
            class={`fill-${name}`}
            x={x + gap}
            y={y}
            width={Math.max(1, plot.stepWidth - 2 * gap)}
            height={Math.max(1, Math.abs((ends[0] ?? 0) - (ends[1] ?? 0)))}
          />
        );
      })}
    </g>
  );
}

function summary(steps: readonly Step[], stepMs: number): string {
  const minutes = Math.round((steps.length * stepMs) / 60_000);
  const sums = SERIES.map(({ name, label }) => `${sum(steps, name)} ${label.toLowerCase()}`);
  return `Outcomes of the last ${minutes} minutes: ${sums.join(', ')}. The table below has the numbers.`;
}

export function sum(steps: readonly Step[], name: Series): number {
  return steps.reduce((total, step) => total + step[name], 0);
}

function ChartTable({ steps, stepMs }: { readonly steps: readonly Step[]; readonly stepMs: number }): JSX.Element {
  const filled = steps.filter((step) => SERIES.some(({ name }) => step[name] > 0)).reverse();
  return (
    <details class="chart-table">
      <summary>In numbers</summary>
      {filled.length === 0 ? (
        <p class="quiet">Nothing in this time.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Outcomes in numbers">
          <table>
            <thead>
              <tr>
                <th scope="col">From</th>
                {SERIES.map(({ name, label }) => (
                  <th key={name} scope="col" class="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {filled.map((step) => (
                <tr key={step.atMs}>
                  <th scope="row">{stepTime(step.atMs, stepMs)}</th>
                  {SERIES.map(({ name }) => (
                    <td key={name} class="number">
                      {step[name]}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

/** The width that an element has now. */
function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(
      ([entry]) => entry && setWidth(Math.max(200, Math.floor(entry.contentRect.width))),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
