import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const KEY = 'dsnkit-theme';

/** As the system says, light, or dark; remembered in this browser. */
export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState<Theme>(remembered);
  useEffect(() => apply(theme), [theme]);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  const change = (): void => {
    setTheme(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage it holds until the page is left.
    }
  };
  return (
    <button
      type="button"
      class="icon-button"
      onClick={change}
      aria-label={`Colours: ${theme}. Switch to ${next}`}
      title={`Colours: ${theme}`}
    >
      <Icon name={ICONS[theme]} />
    </button>
  );
}

/** Before the first paint, so that nothing flashes. */
export function applyTheme(): void {
  apply(remembered());
}

function apply(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

function remembered(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}
