import { Html, html } from './html.js';

it('escapes what is put into a template, between tags and in attributes', () => {
  const name = `<b>&"'`;

  expect(html`<p title="${name}">${name}</p>`.text).toBe(
    '<p title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;</p>',
  );
});

it('leaves what is HTML already as it is, one or many', () => {
  const items = ['a', '<'].map((item) => html`<li>${item}</li>`);

  expect(html`${items}${new Html('<hr>')}`.text).toBe('<li>a</li>\n<li>&lt;</li><hr>');
});

it('leaves nothing for undefined, and tells a zero', () => {
  expect(html`<p>${undefined}${0}</p>`.text).toBe('<p>0</p>');
});
