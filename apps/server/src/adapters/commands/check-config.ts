import { remarksOn } from '../../config.ts';
import { checkConfig } from '../files/config-files.ts';

/** Says of a configuration whether the server would start with it: exit code 0, with what is hardly meant, or 2 and one line that says why not. */
export async function printCheck(file: string): Promise<void> {
  try {
    const config = await checkConfig(file);
    const { listen, routes } = config;
    const where = listen.map(({ host, port, role }) => `${host} port ${port} (${role})`).join(', ');
    console.log(`${file}: fine; listens on ${where}; ${routes.length} ${routes.length === 1 ? 'route' : 'routes'}`);
    for (const remark of remarksOn(config)) console.log(`${file}: note: ${remark}`);
  } catch (error) {
    console.error(`dsnd: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}
