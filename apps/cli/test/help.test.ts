import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { dsn } from './support/terminal.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const commands = readdirSync(fileURLToPath(new URL('../src/commands', import.meta.url)));
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** What bash would offer for a line that ends at the cursor. */
function offered(line: string, script: string): string[] {
  const words = line.split(' ').map((word) => `'${word}'`);
  const run = `source '${script}'; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _dsn; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync('bash', ['-c', run], { encoding: 'utf8', cwd: folder.path }).stdout.trim().split('\n');
}

describe('help', () => {
  it('every command has a description and examples, and fits a terminal of 80 columns', async () => {
    const { stdout } = await dsn(['--help'], { columns: 80 });
    const names = [...stdout.matchAll(/^ {2}([a-z]+) (?=.* {2,})/gm)].map(([, name]) => name ?? '');
    expect(names).toEqual(
      expect.arrayContaining([
        'inspect',
        'lint',
        'compose',
        'explain',
        'xtext',
        'params',
        'send',
        'probe',
        'matrix',
        'completion',
        'man',
      ]),
    );
    expect(commands.length).toBeGreaterThan(10);
    for (const name of names.filter((one) => one !== 'help')) {
      const help = await dsn([name, '--help'], { columns: 80 });
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect([name, help.stdout.includes('\nExamples:\n')]).toEqual([name, true]);
      const [options = ''] = help.stdout.split('\nExamples:\n');
      for (const line of options.split('\n').filter((one) => /^ {2,}-/.test(one)))
        expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('what was typed wrongly is shown, but not obeyed by the terminal', async () => {
    expect(await dsn(['xtext', 'encode', 'a', '\u001b[31mb'])).toMatchObject({
      code: 2,
      stderr: "dsn: xtext encode: too many arguments for 'encode'. Expected 1 argument but got 2: a,  [31mb.\n",
    });
  });

  it('of commands below others', async () => {
    const help = await dsn(['help', 'queue', 'hold']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toBe((await dsn(['queue', 'hold', '--help'])).stdout);
    expect(help.stdout).toMatch(/^Usage: dsn queue hold .*--destination <name>/s);
  });
});

describe('completions', () => {
  it.skipIf(!has('bash'))('bash: commands, commands below them, options and their values', async () => {
    const script = join(folder.path, 'dsn.bash');
    writeFileSync(script, (await dsn(['completion', 'bash'])).stdout);
    expect(offered('dsn in', script)).toEqual(['inspect']);
    expect(offered('dsn params b', script)).toEqual(['build']);
    expect(offered('dsn inspect --su', script)).toEqual(['--summary']);
    expect(offered('dsn send --ret ', script)).toEqual(['FULL', 'HDRS']);
    expect(offered('dsn inspect dsn.', script)).toEqual(['dsn.bash']);
    expect(offered('dsn --color never queue --url inspect list --st', script)).toEqual(['--state']);
    expect(offered('dsn completion z', script)).toEqual(['zsh']);
  });

  it.each([
    ['zsh', /^#compdef dsn\n/, "'--ret[what a failure report returns]:value:(FULL HDRS)'"],
    [
      'fish',
      /^# fish/,
      "complete -c dsn -n '__fish_seen_subcommand_from send' -l ret -x -a 'FULL HDRS' -d 'what a failure report returns'",
    ],
  ])('%s', async (shell, start, line) => {
    const { stdout, code } = await dsn(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toMatch(start);
    expect(stdout).toContain(line.replace("'--ret[", "'*--ret["));
    const file = join(folder.path, `dsn.${shell}`);
    writeFileSync(file, stdout);
    if (has(shell))
      expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(!has('zsh'))('zsh: offers at the first call, when it is loaded from $fpath', async () => {
    writeFileSync(join(folder.path, '_dsn'), (await dsn(['completion', 'zsh'])).stdout);
    // What zsh's own completion would be given.
    const run = `fpath=('${folder.path}' $fpath); autoload -Uz _dsn
_arguments() { print -r -- "$@"; state=$next; line=(send) }
_describe() { print -rl -- "$commands[@]" }
next=command; _dsn; next=argument; _dsn`;
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', run], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain('inspect:read reports');
    expect(stdout).toContain('*--ret[what a failure report returns]:value:(FULL HDRS)');
  });

  it.skipIf(!has('fish'))('fish: commands, commands below them, options and their values', async () => {
    const script = join(folder.path, 'dsn.fish');
    writeFileSync(script, (await dsn(['completion', 'fish'])).stdout);
    const complete = (line: string): string[] => {
      const run = `source '${script}'; complete -C '${line}'`;
      const { stdout } = spawnSync('fish', ['-N', '-c', run], {
        encoding: 'utf8',
        env: { ...process.env, HOME: folder.path },
      });
      return stdout
        .trim()
        .split('\n')
        .map((offer) => offer.split('\t')[0] ?? '');
    };
    expect(complete('dsn ins')).toEqual(['inspect']);
    expect(complete('dsn params b')).toEqual(['build']);
    expect(complete('dsn inspect --su')).toEqual(['--summary']);
    expect(complete('dsn send --ret ')).toEqual(['FULL', 'HDRS']);
    expect(complete('dsn completion z')).toEqual(['zsh']);
  });

  it('of another shell', async () => {
    expect(await dsn(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('manual pages', () => {
  it('are written for every command', async () => {
    const { code, stderr } = await dsn(['man', '--output', folder.path]);
    expect(code).toBe(0);
    const pages = readdirSync(folder.path).filter((name) => name.endsWith('.1'));
    expect(stderr).toBe(`${pages.length} pages written to ${folder.path}\n`);
    expect(pages).toEqual(expect.arrayContaining(['dsn.1', 'dsn-inspect.1', 'dsn-probe.1']));
    const page = readFileSync(join(folder.path, 'dsn-send.1'), 'utf8');
    expect(page).toMatch(/^\.TH "DSN-SEND" "1"/);
    expect(page).toContain('.SH EXAMPLES\n.nf\ndsn send');
    expect(page).toContain('.B \\-\\-envid <text>\n');
    expect((await dsn(['man', 'send'])).stdout).toBe(page);
    if (has('mandoc')) {
      const args = ['-T', 'lint', '-W', 'warning', ...pages.map((name) => join(folder.path, name))];
      expect(spawnSync('mandoc', args, { encoding: 'utf8' }).stdout).toBe('');
    }
    const roff = ['groff', 'gtroff'].find(has);
    if (roff === undefined) return;
    for (const name of pages) {
      const checked = spawnSync(roff, ['-man', '-ww', '-z', '-Tutf8', '-Kutf8', join(folder.path, name)], {
        encoding: 'utf8',
      });
      expect([name, checked.stderr]).toEqual([name, '']);
    }
  });

  it('of a command that does not exist', async () => {
    expect((await dsn(['man', 'bounce'])).stderr).toBe('dsn: man: no command "bounce"\n');
  });
});
