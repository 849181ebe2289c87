import { memoryObjects } from '../support/memory-objects.ts';
import { objectsContract } from './objects.ts';

objectsContract('a bucket in memory', memoryObjects);
