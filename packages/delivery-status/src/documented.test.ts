import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as deliveryStatus from './index.ts';
import * as registry from './registry/index.ts';

it('the README names every function', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const name of Object.keys({ ...deliveryStatus, ...registry })) expect(readme).toContain(name);
});
