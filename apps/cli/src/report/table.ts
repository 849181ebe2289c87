import { printable, type Palette } from '../terminal/palette.ts';
import { fit, pad } from '../terminal/width.ts';
import { paintAction } from './describe.ts';
import { dateOf } from './filter.ts';
import { isoDay } from './iso-date.ts';
import type { Summary } from './summary.ts';

const DATE = 10;
const ACTION = 9;
const STATUS = 8;

/** The head of the table. */
export function tableHeader(columns: number, paint: Palette): string {
  return `${paint.bold(row(['DATE', 'ACTION', 'STATUS', 'RECIPIENT', 'DIAGNOSTIC'], columns, (text) => text))}\n`;
}

/** One line per recipient. Widths are fixed, so that a million lines need no memory. */
export function tableOf(summary: Summary, columns: number, paint: Palette): string {
  const date = dateOf(summary);
  const day = date === undefined ? '' : (isoDay(date) ?? '');
  return summary.recipients
    .map(({ action, status, address, diagnostic }) => {
      const cells = [day, action ?? '-', status ?? '-', address ?? '-', diagnostic?.value ?? ''];
      return `${row(cells, columns, paintAction(action, paint))}\n`;
    })
    .join('');
}

function row(cells: readonly string[], columns: number, paint: (text: string) => string): string {
  const [day = '', action = '', status = '', address = '', diagnostic = ''] = cells.map(printable);
  const room = Math.max(30, columns - DATE - ACTION - STATUS - 6);
  const addressRoom = Math.min(40, Math.ceil(room / 2));
  const start = `${pad(day, DATE)}  ${paint(pad(fit(action, ACTION), ACTION))} ${pad(fit(status, STATUS), STATUS)} `;
  const rest = `${pad(fit(address, addressRoom), addressRoom)}  ${fit(diagnostic, room - addressRoom)}`;
  return (start + rest).trimEnd();
}
