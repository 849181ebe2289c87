import { describe, expect, it } from 'vitest';
import { blocksOf, pages, shows } from './pages.ts';
import { tellPage } from './tell-page.ts';

describe('the reader of pages', () => {
  it('knows commands, files, outputs and remarks', () => {
    const page = '<!-- slow -->\n\n```sh\nls\n```\n\n```text\na\n```\n\n```toml\n# dsnd.toml\n[admin]\n```\n';
    const [commands, , file] = blocksOf(page);
    expect(commands).toMatchObject({ language: 'sh', text: 'ls\n', mark: 'slow', expected: 'a\n' });
    expect(file).toMatchObject({ language: 'toml', file: 'dsnd.toml', mark: '' });
  });

  it('tells outputs apart', () => {
    expect(shows('id …: 5.1.1\n…\nend', 'id 7f: 5.1.1\nx\ny\nend\n')).toBe(true);
    expect(shows('id …: 5.1.1\n…\nend', 'id 7f: 5.1.2\nx\ny\nend\n')).toBe(false);
    expect(shows('end', 'end\nmore\n')).toBe(false);
  });
});

for (const page of pages()) tellPage(page, (block) => block.mark !== 'slow');
