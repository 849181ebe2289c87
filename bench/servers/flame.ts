import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { send, SIZE_OCTETS, type Sink } from './load.ts';
import { startOurs, type Place } from './subjects.ts';

const MESSAGES = 20_000;

/** Lets dsnd relay under the profiler of Node and draws both its threads: receiving and relaying, and the store. */
export async function profileToSvg(place: Place, sink: Sink, file: string): Promise<void> {
  const profiles = join(place.folder, 'profiles');
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=500'];
  const subject = await startOurs({ ...place, nodeOptions });
  await send({
    ...{ port: place.port, recipient: 'b@relay.example', sessions: 50, messages: MESSAGES },
    ...{ sizeOctets: SIZE_OCTETS, kept: true },
  });
  await sink.reaches(MESSAGES);
  await subject.stop();
  const [main, store] = readdirSync(profiles)
    .toSorted()
    .map((name) => read(join(profiles, name)));
  if (main === undefined || store === undefined) throw new Error('Node wrote no profiles');
  writeFileSync(
    file,
    draw([
      { title: 'receiving and relaying', root: main },
      { title: 'the store', root: store },
    ]),
  );
}

/** A frame with all that was called from it; microseconds. */
interface Frame {
  readonly name: string;
  us: number;
  readonly called: Map<string, Frame>;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A profile as a tree; waiting for work and the loading of modules are left out. */
function read(file: string): Frame {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const own = new Map<number, number>();
  for (const [index, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const add = (id: number, into: Frame): number => {
    const node = byId.get(id);
    if (node === undefined) return 0;
    const { functionName, url } = node.callFrame;
    if (functionName === '(idle)' || /ModuleJob|importModule|requireBuiltin/.test(functionName)) return 0;
    const name = `${functionName || 'anonymous'}${place(url)}`;
    const frame = into.called.get(name) ?? { name, us: 0, called: new Map<string, Frame>() };
    into.called.set(name, frame);
    let us = own.get(id) ?? 0;
    for (const child of node.children ?? []) us += add(child, frame);
    frame.us += us;
    return us;
  };
  const root: Frame = { name: 'all', us: 0, called: new Map() };
  const [first] = nodes;
  for (const child of first?.children ?? []) root.us += add(child, root);
  return root;
}

/** A file as `package/file`, whether it was built or not; what is no package's as it is. */
function place(url: string): string {
  const [, own, file, dependency] =
    /\/(?:packages|apps)\/([^/]+)\/(?:src|dist)\/(.*)$|node_modules\/(?!.*node_modules\/)(.*)$/.exec(url) ?? [];
  const path = own === undefined ? (dependency ?? url) : `${own}/${file}`;
  return path === '' ? '' : ` (${path})`;
}

const WIDTH = 1200;
const ROW = 15;
/** Narrower frames are not drawn. */
const NARROWEST = 1.2;

function draw(graphs: readonly { readonly title: string; readonly root: Frame }[]): string {
  let top = 10;
  let boxes = '';
  for (const { title, root } of graphs) {
    const rows = { deepest: 0 };
    const scale = WIDTH / root.us;
    const body = layer(root, 0, 1, { top: top + 20, scale, rows });
    boxes += `<text x="2" y="${top + 10}" class="t">${title}: ${(root.us / 1e6).toFixed(1)} s busy</text>${body}`;
    top += (rows.deepest + 3) * ROW + 20;
  }
  const style =
    'text{font:10px monospace;pointer-events:none}.t{font:13px sans-serif}rect{stroke:#fff;stroke-width:.5}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}"><style>${style}</style>${boxes}</svg>\n`;
}

interface Drawing {
  readonly top: number;
  readonly scale: number;
  readonly rows: { deepest: number };
}

/** What a frame called, side by side below it, widest first. */
function layer(frame: Frame, left: number, row: number, drawing: Drawing): string {
  let x = left;
  let boxes = '';
  for (const one of [...frame.called.values()].toSorted((a, b) => b.us - a.us)) {
    const width = one.us * drawing.scale;
    if (width < NARROWEST) break;
    drawing.rows.deepest = Math.max(drawing.rows.deepest, row);
    const y = drawing.top + (row - 1) * ROW;
    const shown = escape(one.name);
    const share = ((one.us * drawing.scale * 100) / WIDTH).toFixed(1);
    const letters = Math.floor(width / 6.2);
    const label =
      letters < 4 ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 11}">${escape(one.name.slice(0, letters))}</text>`;
    boxes += `<g><title>${shown} ${share} %</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW}" fill="${colour(one.name)}"/>${label}</g>`;
    boxes += layer(one, x, row + 1, drawing);
    x += width;
  }
  return boxes;
}

/** Ours, libraries, and the platform each have their colour. */
function colour(name: string): string {
  if (name.includes('(node:') || !name.includes(' (')) return '#c9d6e8';
  return name.includes('.ts)') ? '#f2b36b' : '#b9dca8';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
