import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHosts, namespacesMissing, type Hosts } from '../support/namespaces.ts';
import { describeUnless } from '../support/postgres-suite.ts';
import { tortureCluster } from '../torture/cluster.ts';
import { postgresMissing } from './postgres.ts';

const missing = postgresMissing() ?? namespacesMissing();

describeUnless(missing, 'nodes and database on hosts of their own', () => {
  let hosts: Hosts | undefined;
  beforeAll(() => {
    hosts = makeHosts(3);
  });
  afterAll(() => hosts?.remove());

  it('loses and doubles no report when nodes are cut off from the database for longer than their lease', async () => {
    const { problems, figures } = await tortureCluster({
      ...{ messages: 300, nodes: 3, ...of(hosts), disturbances: ['partition'], times: 2 },
    });
    expect(problems).toEqual([]);
    expect(figures['  partition']).toBe(2);
    expect(figures['reports owed (groups)']).toBeGreaterThan(0);
  }, 400_000);

  it('RFC 5321 §4.2.1: answers 451 on a node that is cut off, and nothing is lost', async () => {
    const replies = new Set<string>();
    const { problems, figures } = await tortureCluster({
      ...{ messages: 300, nodes: 2, ...of(hosts), disturbances: ['partition'], times: 1, partitionMs: 36_000 },
      refused: (reply) => replies.add(reply.slice(0, 9)),
    });
    expect(problems).toEqual([]);
    expect(figures['  partition']).toBe(1);
    expect([...replies]).toEqual(['451 4.3.0']);
  }, 400_000);
});

function of(hosts: Hosts | undefined): { readonly hosts: Hosts } {
  if (hosts === undefined) throw new Error('no hosts');
  return { hosts };
}
