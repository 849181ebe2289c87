import { readFileSync } from 'node:fs';
import { readBounce } from '../src/index.ts';
const folder = '/work/shared/corpus/';
const truth = JSON.parse(readFileSync(`${folder}truth.json`, 'utf8'));
const m = truth.filter((x: any) => x.isBounce === true).map((x: any) => new Uint8Array(readFileSync(folder + x.file)));
for (let k = 0; k < 60; k++) for (const x of m) readBounce(x);
