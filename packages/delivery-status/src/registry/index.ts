export { STATUS_ENTRIES, type StatusEntry } from './entries.ts';
export { explainStatus, lookupStatus, type StatusMeaning } from './lookup.ts';
