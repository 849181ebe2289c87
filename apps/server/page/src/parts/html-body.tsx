import type { JSX } from 'preact';

/** Nothing is loaded and nothing runs: the frame has no origin, no scripts, and a policy of its own beside the page's. */
const HEAD =
  '<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" ' +
  `content="default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'">`;

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(html: string): string }): { createHTML(html: string): string };
}

/** The one place where HTML from outside is given to the browser as HTML. The header of the page lets no other policy be made. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('mail-html', {
  createHTML: (html) => HEAD + html,
});

/** An HTML body in a frame that can do nothing. */
export function HtmlBody({ html }: { readonly html: string }): JSX.Element {
  return (
    <figure class="html-body">
      <iframe
        title="The HTML of the message, without scripts, styles and pictures"
        sandbox=""
        referrerpolicy="no-referrer"
        loading="lazy"
        srcdoc={policy === undefined ? HEAD + html : policy.createHTML(html)}
      />
      <figcaption>Shown without scripts, styles, and pictures from elsewhere. Links lead nowhere.</figcaption>
    </figure>
  );
}
