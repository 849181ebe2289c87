import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresMissing } from './postgres.ts';
import { makeHosts, namespacesMissing, type Hosts } from '../support/namespaces.ts';
import { tortureCluster } from '../torture/cluster.ts';

const missing = postgresMissing() ?? namespacesMissing();

describe.skipIf(missing !== undefined)(
  `nodes and database on hosts of their own${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let hosts: Hosts | undefined;
    beforeAll(() => {
      hosts = makeHosts(3);
    });
    afterAll(() => hosts?.remove());

    it('loses and doubles no report when nodes are cut off from the database for longer than their lease', async () => {
      const { problems, figures } = await tortureCluster({
        ...{ messages: 1_000, nodes: 3, ...of(hosts), disturbances: ['partition'] },
      });
      expect(problems).toEqual([]);
      expect(figures['  partition']).toBeGreaterThan(0);
      expect(figures['reports owed (groups)']).toBeGreaterThan(0);
    }, 400_000);

    it('RFC 5321 §4.2.1: answers 451 on a node that is cut off, and nothing is lost', async () => {
      const replies = new Set<string>();
      const { problems, figures } = await tortureCluster({
        ...{ messages: 2_200, nodes: 2, ...of(hosts), disturbances: ['partition'], partitionMs: 36_000 },
        refused: (reply) => replies.add(reply.slice(0, 9)),
      });
      expect(problems).toEqual([]);
      expect(figures['  partition']).toBeGreaterThan(0);
      expect([...replies]).toEqual(['451 4.3.0']);
    }, 400_000);
  },
);

function of(hosts: Hosts | undefined): { readonly hosts: Hosts } {
  if (hosts === undefined) throw new Error('no hosts');
  return { hosts };
}
