import type { JSX } from 'preact';

/** Drawn on a grid of 16, one stroke wide. Always beside words, so that they are hidden from screen readers. */
const PATHS = {
  overview: 'M2 13.5h12M4 11V7.5M8 11V3M12 11V5.5',
  messages: 'M2 4h12v8.5H2zM2.3 4.4 8 9l5.7-4.6',
  queue: 'M2.5 3.5h11M2.5 8h8M2.5 12.5h5',
  compose: 'M14 2 7 9M14 2 9.7 14 7 9 2 6.3z',
  explain: 'M13 3.5H6A3.75 3.75 0 0 0 6 11h2.5M6.5 8.2 9.3 11l-2.8 2.8M13 11h.01',
  suppressed: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM4 12 12 4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4 14 14',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.4 9.8A5.8 5.8 0 0 1 6.2 2.6a5.8 5.8 0 1 0 7.2 7.2z',
  auto: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 2.2v11.6',
  accepted: 'M8 2v8.2M4.8 7.2 8 10.4l3.2-3.2M2.5 13.5h11',
  attempted: 'M2 8h10.5M9 4.5 12.5 8 9 11.5',
  delivered: 'm3 8.6 3.3 3.3L13 4.8',
  relayed: 'M2 5.5h8.5M7.8 2.8l2.7 2.7-2.7 2.7M5.5 11H14M11.3 8.3 14 11l-2.7 2.7',
  expanded: 'M2 8h4l4-4.5h3.5M6 8l4 4.5h3.5',
  deferred: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.8V8l2.3 1.6',
  failed: 'm3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4',
  report: 'M13.5 4H6a3.75 3.75 0 0 0 0 7.5h6M9 8.5l3 3-3 3',
  hold: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8z',
  retry: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.7h-2.7',
  reroute: 'M2 11.5h3c4 0 3-7 7-7h2M11.5 2 14 4.5 11.5 7',
  drop: 'M2.5 4.5h11M6.3 4.5V3h3.4v1.5M4 4.5l.7 9h6.6l.7-9',
  external: 'M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13.3 2.7 7.5 8.5',
  download: 'M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
  close: 'm4 4 8 8M12 4l-8 8',
  info: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 7.3v3.6M8 5h.01',
  file: 'M4 1.8h5L12.5 5v9.2H4zM9 1.8V5h3.5',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
