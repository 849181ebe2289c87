import { expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { configView } from './config-view.ts';

it.each([
  ['postgres://dsnd@db.example/queue', 'postgres://(hidden)@db.example/queue'],
  ['postgres://dsnd:pass-word@db.example/queue', 'postgres://(hidden)@db.example/queue'],
  ['postgres://dsnd:pa@ss-word@db.example/queue', 'postgres://(hidden)@db.example/queue'],
  ['postgres://db.example/queue?user=x&password=pass-word', 'postgres://db.example/queue?user=x&password=(hidden)'],
])('hides what is secret in %s', (store, shown) => {
  const text = `hostname = "mx.example.org"\nstore = "${store}"\n[[listen]]\naddress = "[::1]:25"\n`;
  const view = configView(parseConfig(text, 'dsnd.toml', '/etc/dsnd'));
  expect(view['store']).toMatchObject({ url: shown });
  expect(JSON.stringify(view)).not.toContain('ss-word');
});
