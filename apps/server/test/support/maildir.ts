import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every message in the Maildirs below a folder, by address folder. */
export function readMaildirs(directory: string): { readonly folder: string; readonly message: Buffer }[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((folder) => {
    const fresh = join(directory, folder, 'new');
    if (!existsSync(fresh)) return [];
    return readdirSync(fresh).map((file) => ({ folder, message: readFileSync(join(fresh, file)) }));
  });
}
