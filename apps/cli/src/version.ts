import { packageFile } from './package-file.ts';

/** The version of this program. */
export function version(): string {
  return (JSON.parse(packageFile('package.json')) as { version: string }).version;
}
