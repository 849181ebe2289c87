import { isAddress } from '../../routing/address.ts';
import { makeRouter } from '../../routing/router.ts';
import { tellRoute } from '../../routing/tell-route.ts';
import { loadConfig } from '../files/config-files.ts';

/**
 * `dsnd route FILE ADDRESS...`: says where a configuration leads addresses, without DNS and without a server. Exit code 0,
 * 1 if one of them is refused, or 2 and one line that says what is wrong.
 */
export function printRoutes(file: string, addresses: readonly string[]): void {
  try {
    const wrong = addresses.find((address) => !isAddress(address));
    if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} is no address`);
    const router = makeRouter(loadConfig(file));
    for (const address of addresses) {
      console.log(tellRoute(router, address).join('\n'));
      if (router.resolve(address).kind === 'refuse') process.exitCode = 1;
    }
  } catch (error) {
    console.error(`dsnd: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}
