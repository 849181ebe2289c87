import { expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { makeRouter } from './router.ts';
import { tellRoute } from './tell-route.ts';

const router = makeRouter(
  parseConfig(
    `hostname = "mx.example.org"
store = "sqlite:/srv/data"
[[listen]]
address = "127.0.0.1:2525"
[[route]]
match = "in.example"
to = "smtp://10.0.0.5:25"
accept-from = "anyone"
recipients = ["ann", "bob", "all"]
[[route]]
match = "*"
to = "mx:"
[[alias]]
address = "all@in.example"
to = ["all@in.example", "both@in.example", "gone@in.example", "team@in.example"]
[[alias]]
address = "secret@in.example"
to = ["carol@away.example"]
confidential = true
[[alias]]
address = "both@in.example"
to = ["ann@in.example", "secret@in.example"]
[[list]]
address = "team@in.example"
owner = "bob@in.example"
members = ["ann@in.example", "x@away.example"]`,
    'dsnd.toml',
    '/etc/dsnd',
  ),
);

it.each([
  ['ann@in.example', ['ann@in.example: smtp://10.0.0.5:25, from anyone']],
  ['x@away.example', ['x@away.example: mx:away.example, from relay-from and users']],
  ['eve@in.example', ['eve@in.example: 550 5.1.1 There is no such mailbox here']],
  ['team@in.example', ['team@in.example: list of 2, from anyone; reports go to bob@in.example']],
  [
    'all@in.example',
    [
      'all@in.example: alias, from anyone',
      '  all@in.example: smtp://10.0.0.5:25',
      '  ann@in.example: smtp://10.0.0.5:25',
      '  secret@in.example: alias, from anyone',
      '    carol@away.example: mx:away.example',
      '  gone@in.example: 550 5.1.1 There is no such mailbox here',
      '  team@in.example: list of 2, from anyone; reports go to bob@in.example',
    ],
  ],
])('tells where %s leads', (address, lines) => {
  expect(tellRoute(router, address)).toEqual(lines);
});
