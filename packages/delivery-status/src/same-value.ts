import type { Group } from './format-field.ts';
import type { KnownField } from './known-fields.ts';
import type { LocalizedDiagnostic, TypedValue } from './types.ts';

/** Whether two groups say the same in one field. */
export function sameValue({ key, kind }: KnownField, was: Group, now: Group): boolean {
  const a = was[key];
  const b = now[key];
  if (kind === 'action' || kind === 'status') {
    const comment = `${kind}Comment`;
    return a === b && (was[comment] ?? '') === (now[comment] ?? '');
  }
  if (a === b || a === undefined || b === undefined) return a === b;
  if (kind === 'date') return (a as Date).getTime() === (b as Date).getTime();
  if (kind !== 'typed') return false;
  const before = a as TypedValue;
  const after = b as TypedValue;
  return before.value === after.value && before.type.toLowerCase() === after.type.toLowerCase();
}

/** Whether two diagnostics say the same in the same language. */
export function sameLocalized(was: LocalizedDiagnostic | undefined, now: LocalizedDiagnostic): boolean {
  return was?.language === now.language && was.text === now.text;
}
