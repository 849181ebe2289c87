import { readFileSync } from 'node:fs';
import type { ReportConfig } from '../config.ts';
import { parseTexts } from '../notification/texts/file.ts';
import type { ReportFiles } from '../queue/report.ts';
import { readDkimKey } from './dkim-keys.ts';

/**
 * Reads the files that `[report]` names.
 *
 * @param note - Is told in one line of each file of texts in which some are missing.
 * @throws {Error} with one line that names the file, if it can't be used
 */
export function readReportFiles(report: ReportConfig, note: (line: string) => void): ReportFiles {
  const texts = report.texts.map((file) => {
    const { texts: read, missing, standIn } = parseTexts(readFileSync(file, 'utf8'), file);
    if (missing.length > 0) note(`${file}: ${missing.length} texts are missing (${standIn} is said): ${few(missing)}`);
    return read;
  });
  return { texts, dkimKeys: report.dkim.map(readDkimKey) };
}

function few(keys: readonly string[]): string {
  return keys.length <= 8 ? keys.join(', ') : `${keys.slice(0, 8).join(', ')}, …`;
}
