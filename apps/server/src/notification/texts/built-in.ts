import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import { ru } from './ru.ts';
import type { Texts } from './texts.ts';

/** The languages that need no file. */
export const builtIn: readonly Texts[] = [en, de, fr, es, ja, ru, ar];
