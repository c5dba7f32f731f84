import { Html, html } from './html.js';

it('the html template escapes its values, between tags and in attributes', () => {
  const name = `<b>&"'`;

  expect(html`<p title="${name}">${name}</p>`.text).toBe(
    '<p title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;</p>',
  );
});

it('the html template does not escape values that are HTML', () => {
  const items = ['a', '<'].map((item) => html`<li>${item}</li>`);

  expect(html`${items}${new Html('<hr>')}`.text).toBe('<li>a</li>\n<li>&lt;</li><hr>');
});

it('the html template omits undefined and prints zero', () => {
  expect(html`<p>${undefined}${0}</p>`.text).toBe('<p>0</p>');
});
